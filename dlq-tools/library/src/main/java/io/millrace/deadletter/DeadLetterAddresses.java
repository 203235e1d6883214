package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds where dead letters go by the broker's settings of each address, whatever the queues there are called. */
final class DeadLetterAddresses {
    private static final int AT_ONCE = 64;
    // Each is a question to the broker, which answers some thousand of them in a second.
    private static final int MOST_ADDRESSES = 5_000;

    private final BrokerManagement management;
    private final BrokerAddress broker;

    DeadLetterAddresses(BrokerManagement management, BrokerAddress broker) {
        this.management = management;
        this.broker = broker;
    }

    /**
     * @param queues that hold dead letters, by name
     * @param origins the addresses that name each dead-letter address
     */
    record Found(List<QueueState> queues, Map<String, Set<String>> origins) {}

    Future<Found> find() {
        return Answers.inTime(management.listQueues(""), broker)
                .compose(queues -> origins(addresses(queues)).map(origins -> found(queues, origins)));
    }

    /** The counts of now. */
    Future<List<QueueState>> queues() {
        return Answers.inTime(management.listQueues(""), broker);
    }

    private static List<String> addresses(List<QueueState> queues) {
        return queues.stream()
                .filter(queue -> !queue.internal() && !queue.temporary())
                .map(QueueState::address)
                .filter(address -> !isOfPlatform(address) && !DeadLetterQueue.isDeadLetterName(address))
                .distinct()
                .sorted()
                .limit(MOST_ADDRESSES)
                .toList();
    }

    // Where their dead letters go is known by name.
    private static boolean isOfPlatform(String address) {
        return Topology.isOwn(address);
    }

    private static Found found(List<QueueState> queues, Map<String, Set<String>> origins) {
        List<QueueState> holding = queues.stream()
                .filter(queue -> !queue.internal())
                .filter(queue -> origins.containsKey(queue.address()) || DeadLetterQueue.isDeadLetterName(queue.name()))
                .sorted(Comparator.comparing(QueueState::name))
                .toList();
        return new Found(holding, origins);
    }

    private Future<Map<String, Set<String>>> origins(List<String> addresses) {
        Map<String, Set<String>> origins = new TreeMap<>();
        int[] next = {0};
        return Steps.repeat(() -> {
                    List<Future<?>> asked = new ArrayList<>();
                    while (next[0] < addresses.size() && asked.size() < AT_ONCE) {
                        String address = addresses.get(next[0]++);
                        asked.add(deadLetterAddress(address).onSuccess(target -> {
                            if (!target.isEmpty() && !target.equals(address)) {
                                origins.computeIfAbsent(target, first -> new TreeSet<>())
                                        .add(address);
                            }
                        }));
                    }
                    return asked.isEmpty()
                            ? Future.succeededFuture(false)
                            : Future.all(asked).map(all -> true);
                })
                .map(done -> origins);
    }

    // Of an address that is gone meanwhile the broker tells what would hold for it.
    private Future<String> deadLetterAddress(String address) {
        return Answers.inTime(management.policy(address), broker)
                .map(settings -> settings.path("deadLetterAddress").asText(""))
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? Future.succeededFuture("")
                        : Future.failedFuture(failure));
    }
}
