package io.millrace.runtime.dispatch;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.ResponseSink;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/** A caller who wants the end of the log with its answer, or the response as it is made. Thread-safe. */
final class WaitingCaller implements Caller {
    private final Object callId;
    private final String version;
    private final boolean wantsLogTail;
    private final Optional<StreamedReply> stream;
    private volatile Optional<byte[]> tail = Optional.empty();

    private WaitingCaller(Object callId, String version, boolean wantsLogTail, Optional<StreamedReply> stream) {
        this.callId = callId;
        this.version = version;
        this.wantsLogTail = wantsLogTail;
        this.stream = stream;
    }

    /** Whether {@code call} asks for more than its outcome. */
    static boolean wantsMore(Message call) {
        Map<String, Object> properties = EventMessages.properties(call);
        return !properties.isEmpty()
                && (properties.containsKey(EventProperties.LOG_TAIL) || properties.containsKey(EventProperties.STREAM));
    }

    /** A response that is made bit by bit cannot be stored. */
    static boolean isStreamed(Message call) {
        Map<String, Object> properties = EventMessages.properties(call);
        return !properties.isEmpty() && properties.containsKey(EventProperties.STREAM);
    }

    /**
     * Event loop only.
     *
     * @param version that runs
     */
    static WaitingCaller of(Message call, String version, StreamedReplies streams) {
        Map<String, Object> properties = EventMessages.properties(call);
        return new WaitingCaller(
                call.getMessageId(),
                version,
                properties.containsKey(EventProperties.LOG_TAIL),
                properties.containsKey(EventProperties.STREAM)
                        ? Optional.of(streams.open(call, version))
                        : Optional.empty());
    }

    @Override
    public boolean wantsLogTail() {
        return wantsLogTail;
    }

    @Override
    public void logTail(byte[] last) {
        tail = Optional.of(last);
    }

    @Override
    public Optional<ResponseSink> responseSink() {
        return stream.map(sink -> sink);
    }

    /** Nothing ran, and nothing is sent. */
    void dismiss() {
        stream.ifPresent(StreamedReply::end);
    }

    /** The last message to the caller; nothing is streamed behind it. */
    Message reply(KeyedEnd end) {
        Map<String, Object> properties = new HashMap<>();
        stream.ifPresent(streamed -> properties.put(EventProperties.PARTS, streamed.end()));
        tail.ifPresent(last -> properties.put(EventProperties.LOG_TAIL, new Binary(last)));
        Message reply = CallReply.of(callId, end, version);
        if (!properties.isEmpty()) {
            reply.setApplicationProperties(new ApplicationProperties(properties));
        }
        return reply;
    }
}
