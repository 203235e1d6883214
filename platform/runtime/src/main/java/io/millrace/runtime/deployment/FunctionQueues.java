package io.millrace.runtime.deployment;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** The queues of functions in the broker, and their retry policy. Thread-safe; never blocks. */
final class FunctionQueues {
    private final BrokerManagement broker;

    FunctionQueues(BrokerManagement broker) {
        this.broker = broker;
    }

    /** Makes what is missing; the policy first, so that no event waits under another one. */
    Future<Void> ensure(FunctionDefinition definition) {
        Future<Void> made = applyPolicy(definition);
        for (QueueSpec queue : Topology.queues(definition.name())) {
            made = made.compose(before -> broker.createQueue(queue));
        }
        return made;
    }

    Future<Void> applyPolicy(FunctionDefinition definition) {
        return broker.setPolicy(Topology.invokePolicy(definition.name(), definition.async()));
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
