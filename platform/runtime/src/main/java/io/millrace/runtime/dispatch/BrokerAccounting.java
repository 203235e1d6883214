package io.millrace.runtime.dispatch;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.accounting.FunctionAccount;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up what the broker holds and what succeeded. The broker is asked on the very connection that settles: whatever
 * was counted as succeeded before the question, the broker has settled before it answers, so no event is in both or in
 * neither. Thread-safe.
 */
public final class BrokerAccounting implements Accounting {
    private final Dispatcher dispatcher;
    private final BrokerManagement onSettlingConnection;

    /** @param onSettlingConnection uses the dispatcher's connection */
    public BrokerAccounting(Dispatcher dispatcher, BrokerManagement onSettlingConnection) {
        this.dispatcher = dispatcher;
        this.onSettlingConnection = onSettlingConnection;
    }

    @Override
    public Future<Map<FunctionName, FunctionAccount>> snapshot() {
        Promise<Map<FunctionName, FunctionAccount>> snapshot = Promise.promise();
        dispatcher.connection().run(() -> {
            Map<FunctionName, Dispatcher.Reading> readings = dispatcher.readings();
            onSettlingConnection
                    .listQueues("")
                    .map(queues -> accounts(readings, queues))
                    .onComplete(snapshot);
        });
        return snapshot.future();
    }

    private static Map<FunctionName, FunctionAccount> accounts(
            Map<FunctionName, Dispatcher.Reading> readings, List<QueueState> queues) {
        Map<String, QueueState> byName = new HashMap<>();
        queues.forEach(queue -> byName.put(queue.name(), queue));
        Map<FunctionName, FunctionAccount> accounts = new TreeMap<>();
        readings.forEach((function, reading) -> accounts.put(function, account(function, reading, byName)));
        return accounts;
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

    private static long messages(@org.jspecify.annotations.Nullable QueueState queue) {
        return queue == null ? 0 : queue.messages();
    }
}
