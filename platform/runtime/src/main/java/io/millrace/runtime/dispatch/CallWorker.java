package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.topology.Topology;
import io.millrace.core.concurrency.Admission;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.concurrency.Refused;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.vertx.core.Future;
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
        Admission admission = parts.ledger().admit(worker.name(), FunctionArn.LATEST, InvocationType.REQUEST_RESPONSE);
        if (admission instanceof Refused refused) {
            Outcome throttled = new Outcome.Throttled(refused.reason());
            parts.replies().send(call.getReplyTo(), CallReply.of(call.getMessageId(), throttled));
        } else if (admission instanceof Permit permit) {
            run(call, permit);
        }
    }

    private void run(Message call, Permit permit) {
        Invocation invocation =
                worker.invocation(call, String.valueOf(call.getMessageId()), InvocationType.REQUEST_RESPONSE);
        worker.run(invocation, permit, call);
    }

    private boolean isLate(Message call) {
        return call.getExpiryTime() > 0 && call.getExpiryTime() < parts.clock().millis();
    }

    void stopTaking() {
        stopped = true;
    }

    Future<Void> close() {
        return calls.close();
    }
}
