package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.concurrency.Admission;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.concurrency.Refused;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.qpid.proton.message.Message;

/**
 * Answers synchronous calls at once: with the result, or that there was no permit. It always holds some credit beyond
 * the permits, so that no caller waits only to be refused. Event loop only.
 */
final class CallWorker {
    private static final int CREDIT = 256;

    private final FunctionWorker worker;
    private final WorkerParts parts;
    private final InboundLink calls;
    private boolean stopped;

    CallWorker(FunctionWorker worker, WorkerParts parts) {
        this.worker = worker;
        this.parts = parts;
        this.calls = new InboundLink(
                parts.connection(), Topology.callAddress(worker.name()), true, this::onCall, this::attached);
    }

    void open() {
        calls.open();
    }

    private void attached() {
        calls.grant(CREDIT);
    }

    private void onCall(Delivery delivery) {
        if (!stopped && calls.credit() <= CREDIT / 2) {
            calls.grant(CREDIT - calls.credit());
        }
        Message call = delivery.message();
        if (call.getReplyTo() == null || isLate(call)) {
            return; // Nobody waits for it, or no longer.
        }
        if (worker.isRecursive(call)) {
            worker.meters().refusedRecursiveCall();
            parts.replies().send(call.getReplyTo(), CallReply.recursive(call.getMessageId()));
            return;
        }
        Optional<String> qualifier = EventMessages.property(call, EventProperties.QUALIFIER);
        Optional<DeployedVersion> version =
                worker.deployed().resolve(qualifier, ThreadLocalRandom.current().nextDouble());
        if (version.isEmpty()) {
            reply(call, worker.unknownVersion(call, InvocationType.REQUEST_RESPONSE), FunctionArn.LATEST);
            return;
        }
        Admission admission = worker.admit(version.get(), InvocationType.REQUEST_RESPONSE);
        if (admission instanceof Permit permit) {
            worker.run(call, version.get(), permit);
        } else if (admission instanceof Refused refused) {
            worker.meters().throttled(InvocationType.REQUEST_RESPONSE);
            reply(call, new Outcome.Throttled(refused.reason()), FunctionArn.LATEST);
        }
    }

    private void reply(Message call, Outcome outcome, String version) {
        parts.replies().send(call.getReplyTo(), CallReply.of(call.getMessageId(), outcome, version));
    }

    boolean isLate(Message call) {
        return call.getExpiryTime() > 0 && call.getExpiryTime() < parts.clock().millis();
    }

    void stopTaking() {
        stopped = true;
    }

    Future<Void> close() {
        return calls.close();
    }
}
