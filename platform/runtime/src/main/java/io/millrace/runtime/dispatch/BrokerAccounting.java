package io.millrace.runtime.dispatch;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.accounting.FunctionReadings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the broker holds and what succeeded. For the few milliseconds of a snapshot nothing is settled (and for at most 8 s, on a broker that is too busy to answer): the broker
 * first finishes what was, then what succeeded is read and the queues are counted, so no event is in both or in neither.
 * Thread-safe.
 */
public final class BrokerAccounting implements Accounting, FunctionReadings {
    private static final long FIRST_HOLD_MILLIS = 1_000;
    /** After this, what was counted is told, though an event may be in it twice. */
    private static final long LONGEST_HOLD_MILLIS = 8_000;

    private static final Dispatcher.Reading NOBODY =
            new Dispatcher.Reading(0, 0, FunctionReading.NO_WORKER, 0, Optional.empty());

    private final Dispatcher dispatcher;
    private final BrokerManagement onSettlingConnection;
    private @Nullable Future<Map<FunctionName, FunctionReading>> underWay;

    /** @param onSettlingConnection uses the dispatcher's connection */
    public BrokerAccounting(Dispatcher dispatcher, BrokerManagement onSettlingConnection) {
        this.dispatcher = dispatcher;
        this.onSettlingConnection = onSettlingConnection;
    }

    @Override
    public Future<Map<FunctionName, FunctionAccount>> snapshot() {
        return readings().map(BrokerAccounting::accounts); // Of functions that this server runs.
    }

    private static Map<FunctionName, FunctionAccount> accounts(Map<FunctionName, FunctionReading> readings) {
        Map<FunctionName, FunctionAccount> accounts = new TreeMap<>();
        readings.forEach((function, reading) -> {
            if (reading.hasWorker()) {
                accounts.put(function, reading.account());
            }
        });
        return accounts;
    }

    @Override
    public Future<Map<FunctionName, FunctionReading>> readings() {
        Promise<Map<FunctionName, FunctionReading>> snapshot = Promise.promise();
        dispatcher.connection().run(() -> shared().onComplete(snapshot));
        return snapshot.future();
    }

    // Who asks while another waits gets the same answer: settling is held up once, not once for each.
    private Future<Map<FunctionName, FunctionReading>> shared() {
        if (underWay != null) {
            return underWay;
        }
        Future<Map<FunctionName, FunctionReading>> counted = held(FIRST_HOLD_MILLIS);
        underWay = counted;
        // Only now: it may have failed already.
        return counted.onComplete(done -> underWay = null);
    }

    /** A broker that is too busy to be counted in time is counted once more, with more time. */
    private Future<Map<FunctionName, FunctionReading>> held(long longestMillis) {
        dispatcher.holdSettling(longestMillis);
        return dispatcher.whenSettled().compose(settled -> count()).transform(counted -> {
            boolean isExact = dispatcher.resumeSettling();
            return counted.failed() || isExact || longestMillis >= LONGEST_HOLD_MILLIS
                    ? Future.future(same -> same.handle(counted))
                    : held(2 * longestMillis);
        });
    }

    private Future<Map<FunctionName, FunctionReading>> count() {
        Map<FunctionName, Dispatcher.Reading> readings = dispatcher.readings();
        return onSettlingConnection.listQueues("").map(queues -> counted(readings, queues));
    }

    private static Map<FunctionName, FunctionReading> counted(
            Map<FunctionName, Dispatcher.Reading> readings, List<QueueState> queues) {
        Map<String, QueueState> byName = new HashMap<>();
        queues.forEach(queue -> byName.put(queue.name(), queue));
        Map<FunctionName, FunctionReading> counted = new TreeMap<>();
        readings.forEach((function, reading) -> counted.put(function, reading(function, reading, byName)));
        for (QueueState queue : queues) {
            Topology.functionOfEvents(queue.name())
                    .ifPresent(function -> counted.computeIfAbsent(function, none -> reading(none, NOBODY, byName)));
        }
        return counted;
    }

    private static FunctionReading reading(
            FunctionName function, Dispatcher.Reading reading, Map<String, QueueState> queues) {
        QueueState invoke = queues.get(Topology.invokeAddress(function));
        return new FunctionReading(
                account(function, reading, queues),
                invoke == null ? 0 : invoke.added(),
                invoke == null ? 0 : invoke.acknowledged(),
                reading.link(),
                reading.told(),
                reading.oldestWaiting());
    }

    private static FunctionAccount account(
            FunctionName function, Dispatcher.Reading reading, Map<String, QueueState> queues) {
        QueueState invoke = queues.get(Topology.invokeAddress(function));
        long inQueue = invoke == null ? 0 : invoke.messages();
        long delayed = invoke == null ? 0 : Math.min(invoke.scheduled(), inQueue);
        long running = Math.min(reading.running(), inQueue - delayed);
        long dead = messages(queues.get(Topology.deadLetterAddress(function)));
        long expired = messages(queues.get(Topology.expiredAddress(function)));
        return new FunctionAccount(
                inQueue + reading.succeeded() + dead + expired,
                inQueue - delayed - running,
                delayed,
                running,
                reading.succeeded(),
                dead,
                expired);
    }

    private static long messages(@Nullable QueueState queue) {
        return queue == null ? 0 : queue.messages();
    }
}
