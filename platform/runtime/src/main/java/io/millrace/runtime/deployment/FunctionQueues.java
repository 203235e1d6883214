package io.millrace.runtime.deployment;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The queues of functions in the broker, and their retry policy. Thread-safe; never blocks. */
final class FunctionQueues {
    private static final int BATCH = 1_000;

    private final BrokerManagement broker;

    FunctionQueues(BrokerManagement broker) {
        this.broker = broker;
    }

    /** Makes what is missing; the policy first, so that no event waits under another one. */
    Future<Void> ensure(FunctionName function, AsyncInvokeConfigs configs) {
        Future<Void> made = applyPolicy(function, configs);
        for (QueueSpec queue : Topology.queues(function)) {
            made = made.compose(before -> broker.createQueue(queue));
        }
        return made;
    }

    /**
     * As {@link #ensure} for each, many at once; what is there already is only looked at. All policies come before any
     * queue, as the broker tells each queue it has of every change of a policy.
     */
    Future<Void> ensureAll(Map<FunctionName, AsyncInvokeConfigs> functions) {
        return ensurePolicies(functions)
                .compose(set -> broker.queueNames())
                .compose(existing -> makeMissing(functions.keySet(), existing));
    }

    /** Makes what is missing of functions whose policies are known to be as they should. */
    Future<Void> ensureQueues(Map<FunctionName, AsyncInvokeConfigs> functions) {
        return broker.queueNames().compose(existing -> {
            Map<FunctionName, AsyncInvokeConfigs> incomplete = new HashMap<>(functions);
            incomplete
                    .keySet()
                    .removeIf(each -> missing(each, existing).findAny().isEmpty());
            // What has lost a queue may have lost its policy.
            return ensurePolicies(incomplete).compose(set -> makeMissing(incomplete.keySet(), existing));
        });
    }

    Future<Void> ensurePolicies(Map<FunctionName, AsyncInvokeConfigs> functions) {
        return inBatches(
                List.copyOf(functions.entrySet()),
                each -> broker.ensurePolicy(Topology.invokePolicy(each.getKey(), each.getValue())));
    }

    private Future<Void> makeMissing(Set<FunctionName> functions, Set<String> existing) {
        return inBatches(
                functions.stream().flatMap(each -> missing(each, existing)).toList(), broker::createQueue);
    }

    private static Stream<QueueSpec> missing(FunctionName function, Set<String> existing) {
        return Topology.queues(function).stream().filter(queue -> !existing.contains(queue.name()));
    }

    /** What tells the broker from any other. */
    Future<String> broker() {
        return broker.identity();
    }

    /** Functions that have something to do, those with the most first; not more than a start can care for. */
    Future<List<FunctionName>> busiest() {
        return broker.fullestQueues(BATCH)
                .map(queues -> queues.stream()
                        .flatMap(queue -> Topology.functionThatGets(queue.name()).stream())
                        .distinct()
                        .toList())
                // Where a queue goes while they are listed; the order is no more than an order.
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? Future.succeededFuture(List.of())
                        : Future.failedFuture(failure));
    }

    /** The broker's patience with a request counts from when it is asked for, so not all are asked for at once. */
    private static <T> Future<Void> inBatches(List<T> all, Function<T, Future<Void>> step) {
        Future<Void> done = Future.succeededFuture();
        for (int start = 0; start < all.size(); start += BATCH) {
            List<T> batch = all.subList(start, Math.min(start + BATCH, all.size()));
            done = done.compose(
                    before -> Future.all(batch.stream().map(step).toList()).mapEmpty());
        }
        return done;
    }

    Future<Void> applyPolicy(FunctionName function, AsyncInvokeConfigs configs) {
        return broker.setPolicy(Topology.invokePolicy(function, configs));
    }

    /** Of a function that was never used; there may be all, some or none. Dead letters of an earlier one stay. */
    Future<Void> removeUnused(FunctionName function) {
        Future<Void> removed = Future.succeededFuture();
        for (QueueSpec queue : Topology.queues(function)) {
            removed = removed.compose(before -> broker.findQueue(queue.name()))
                    .compose(found -> isEmpty(found) ? broker.deleteQueue(queue.name()) : Future.succeededFuture());
        }
        return removed.compose(deleted -> broker.removePolicy(Topology.invokeAddress(function)));
    }

    /** Events that still wait become dead letters; a queue of dead letters stays until it is empty. */
    Future<Void> remove(FunctionName function) {
        String invoke = Topology.invokeAddress(function);
        String dead = Topology.deadLetterAddress(function);
        String expired = Topology.expiredAddress(function);
        return broker.moveAllMessages(invoke, dead)
                .compose(moved -> broker.moveAllMessages(expired, dead))
                .compose(moved -> requireEmpty(invoke))
                .compose(moved -> requireEmpty(expired))
                .compose(moved -> deleteAll(List.of(invoke, expired, Topology.callAddress(function))))
                .compose(deleted -> broker.findQueue(dead))
                .compose(queue -> isEmpty(queue) ? broker.deleteQueue(dead) : Future.succeededFuture())
                .compose(deleted -> broker.removePolicy(invoke));
    }

    // Deleting a queue deletes what is in it.
    private Future<Void> requireEmpty(String queue) {
        return broker.findQueue(queue)
                .compose(found -> found.isEmpty() || isEmpty(found)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new BrokerRefusedException("queue " + queue + " still holds "
                                + found.get().messages() + " events; delete the function again")));
    }

    private Future<Void> deleteAll(List<String> queues) {
        Future<Void> deleted = Future.succeededFuture();
        for (String queue : queues) {
            deleted = deleted.compose(before -> broker.deleteQueue(queue));
        }
        return deleted;
    }

    private static boolean isEmpty(Optional<QueueState> queue) {
        return queue.isPresent() && queue.get().messages() == 0;
    }
}
