package io.millrace.runtime.dispatch;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.ThrottleReason;
import java.util.Arrays;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/** The answer to a call as a message: the payload is the body, how it ended and in which version the subject. */
final class CallReply {
    private static final String SUCCEEDED = "succeeded:";
    private static final String FUNCTION_ERROR = "functionError:";
    private static final String THROTTLED = "throttled:";
    private static final String RECURSIVE = "recursive";
    private static final String REPLAYED = "replayed:";
    private static final String NOT_RUN = "idempotencyKey:";

    private CallReply() {}

    /** @param version that ran; of no meaning where nothing did */
    static Message of(Object callId, Outcome outcome, String version) {
        Message reply = Message.Factory.create();
        reply.setCorrelationId(callId);
        outcome.match(new Outcome.Cases<Message>() {
            @Override
            public Message succeeded(Outcome.Succeeded succeeded) {
                return write(reply, SUCCEEDED + version, succeeded.response());
            }

            @Override
            public Message functionError(Outcome.FunctionError error) {
                return write(reply, FUNCTION_ERROR + version, error.payload());
            }

            @Override
            public Message throttled(Outcome.Throttled throttled) {
                return write(reply, THROTTLED + throttled.reason().wireName(), new byte[0]);
            }
        });
        return reply;
    }

    /** @param version that ran, if one did now */
    static Message of(Object callId, KeyedEnd end, String version) {
        if (end instanceof KeyedEnd.Ran ran) {
            return of(callId, ran.outcome(), version);
        }
        Message reply = Message.Factory.create();
        reply.setCorrelationId(callId);
        if (end instanceof KeyedEnd.Replayed replayed) {
            return write(
                    reply,
                    REPLAYED + replayed.result().version(),
                    replayed.result().payload());
        }
        IdempotencyKeyException.Kind kind =
                switch ((KeyedEnd.NotRun) end) {
                    case KEY_IN_USE -> IdempotencyKeyException.Kind.IN_USE;
                    case KEY_REUSED -> IdempotencyKeyException.Kind.REUSED;
                    case KEY_MISSING -> IdempotencyKeyException.Kind.MISSING;
                    case STORE_AWAY -> IdempotencyKeyException.Kind.STORE_AWAY;
                    case NO_ROOM, NOT_STARTED -> throw new IllegalArgumentException(end + ": calls do not wait");
                };
        return write(reply, NOT_RUN + kind.name(), new byte[0]);
    }

    /** The function calls itself too often; it did not run. */
    static Message recursive(Object callId) {
        Message reply = Message.Factory.create();
        reply.setCorrelationId(callId);
        return write(reply, RECURSIVE, new byte[0]);
    }

    private static Message write(Message reply, String subject, byte[] body) {
        reply.setSubject(subject);
        reply.setBody(new Data(new Binary(body)));
        return reply;
    }

    /**
     * @throws RecursiveCallException if the function calls itself too often
     * @throws IdempotencyKeyException if its key let it not run
     */
    static Invoker.Answer read(Message reply) {
        Invoker.Answer answer = readOutcome(reply);
        Object tail = EventMessages.properties(reply).get(EventProperties.LOG_TAIL);
        return tail instanceof Binary bytes
                ? new Invoker.Answer(
                        answer.outcome(), answer.executedVersion(), Optional.of(copy(bytes)), answer.isReplayed())
                : answer;
    }

    private static byte[] copy(Binary bytes) {
        int from = bytes.getArrayOffset();
        return Arrays.copyOfRange(bytes.getArray(), from, from + bytes.getLength());
    }

    private static Invoker.Answer readOutcome(Message reply) {
        String subject = reply.getSubject();
        if (subject.equals(RECURSIVE)) {
            throw new RecursiveCallException();
        }
        if (subject.startsWith(NOT_RUN)) {
            throw new IdempotencyKeyException(
                    IdempotencyKeyException.Kind.valueOf(subject.substring(NOT_RUN.length())));
        }
        byte[] body = EventMessages.payload(reply);
        if (subject.startsWith(REPLAYED)) {
            return new Invoker.Answer(
                    new Outcome.Succeeded(body), subject.substring(REPLAYED.length()), Optional.empty(), true);
        }
        if (subject.startsWith(THROTTLED)) {
            ThrottleReason reason = ThrottleReason.parse(subject.substring(THROTTLED.length()));
            return new Invoker.Answer(new Outcome.Throttled(reason), FunctionArn.LATEST);
        }
        if (subject.startsWith(FUNCTION_ERROR)) {
            Outcome error = new Outcome.FunctionError("", "", "", body);
            return new Invoker.Answer(error, subject.substring(FUNCTION_ERROR.length()));
        }
        return new Invoker.Answer(new Outcome.Succeeded(body), subject.substring(SUCCEEDED.length()));
    }
}
