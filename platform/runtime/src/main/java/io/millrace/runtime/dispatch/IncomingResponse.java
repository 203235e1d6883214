package io.millrace.runtime.dispatch;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Calls;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.invocation.Outcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a streamed response: puts its parts into the stream and tells the sender what was taken. Everything
 * happens on the event loop of whoever asked, in the order of the messages; without one, on that of the connection.
 */
final class IncomingResponse {
    private static final long TOLD_AFTER = StreamedReply.WINDOW / 4;
    private static final byte[] NOTHING = {};

    private final Object callId;
    private final ResponseStream response;
    private final Calls calls;
    private final @Nullable Context asker = Vertx.currentContext();
    private final Promise<Invoker.Answer> ended = Promise.promise();
    private String ackTo = "";
    private int received;
    private long untold;
    private boolean begun;
    private boolean draining;
    private boolean gone;
    private boolean broken;

    IncomingResponse(Object callId, ResponseStream response, Calls calls) {
        this.callId = callId;
        this.response = response;
        this.calls = calls;
    }

    /** Takes a message unless it is the last; on the connection's event loop. */
    boolean isPart(Message message) {
        boolean isPart = StreamedParts.isPart(message);
        if (isPart) {
            inOrder(() -> take(message));
        }
        return isPart;
    }

    /** @param reply the last message, or why there is none */
    Future<Invoker.Answer> endedBy(Future<Message> reply) {
        reply.onComplete(last -> inOrder(() -> {
            if (last.succeeded()) {
                end(last.result());
            } else {
                goAway();
                ended.fail(last.cause());
            }
        }));
        return ended.future();
    }

    private void inOrder(Runnable step) {
        if (asker == null) {
            step.run();
        } else {
            asker.runOnContext(now -> step.run());
        }
    }

    private void take(Message part) {
        ackTo = part.getReplyTo();
        StreamedParts.begun(part).ifPresentOrElse(version -> begin(part, version), () -> chunk(part));
        received++;
    }

    private void begin(Message part, String version) {
        begun = true;
        if (!response.isGone()) {
            response.begin(version, part.getContentType());
        }
    }

    private void chunk(Message part) {
        broken |= StreamedParts.number(part) != received;
        byte[] bytes = EventMessages.payload(part);
        if (gone || broken) {
            return;
        }
        if (response.isGone()) {
            goAway();
            return;
        }
        response.chunk(Buffer.buffer(bytes));
        untold += StreamedParts.cost(bytes.length);
        if (!response.isFull()) {
            tell();
        } else if (!draining) {
            draining = true;
            response.whenDrained(() -> {
                draining = false;
                if (response.isGone()) {
                    goAway();
                } else {
                    tell();
                }
            });
        }
    }

    private void tell() {
        if (untold >= TOLD_AFTER) {
            calls.tell(ackTo, StreamedParts.taken(callId, untold));
            untold = 0;
        }
    }

    private void goAway() {
        if (!gone && !ackTo.isEmpty()) {
            gone = true;
            calls.tell(ackTo, StreamedParts.gone(callId));
        }
    }

    private void end(Message last) {
        Invoker.Answer answer;
        try {
            answer = CallReply.read(last);
        } catch (RecursiveCallException refused) {
            ended.fail(refused);
            return;
        }
        int sent = EventMessages.properties(last).get(EventProperties.PARTS) instanceof Integer parts ? parts : 0;
        if (!gone && (broken || sent != received)) {
            ended.fail(new BrokerUnavailableException("parts of the response were lost on their way"));
            return;
        }
        if (!(answer.outcome() instanceof Outcome.Succeeded succeeded)) {
            ended.complete(answer);
            return;
        }
        if (!begun && !response.isGone()) {
            whole(answer.executedVersion(), succeeded.response());
        }
        ended.complete(new Invoker.Answer(new Outcome.Succeeded(NOTHING), answer.executedVersion(), answer.logTail()));
    }

    /** The function does not stream. */
    private void whole(String version, byte[] bytes) {
        response.begin(version, "application/json");
        if (bytes.length > 0) {
            response.chunk(Buffer.buffer(bytes));
        }
    }
}
