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

    /** @throws RecursiveCallException if the function calls itself too often */
    static Invoker.Answer read(Message reply) {
        Invoker.Answer answer = readOutcome(reply);
        Object tail = EventMessages.properties(reply).get(EventProperties.LOG_TAIL);
        return tail instanceof Binary bytes
                ? new Invoker.Answer(answer.outcome(), answer.executedVersion(), Optional.of(copy(bytes)))
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
        byte[] body = EventMessages.payload(reply);
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
