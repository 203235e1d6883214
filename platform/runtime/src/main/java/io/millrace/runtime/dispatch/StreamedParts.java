package io.millrace.runtime.dispatch;

import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/**
 * The messages of a streamed response before its last, which is a {@link CallReply}. The subject says what each is: at
 * first {@code begin:<version>} with the content type, then {@code chunk:<number>} from 1; and in the other direction
 * {@code taken:<bytes>}, or {@code gone} from a caller that takes no more.
 */
final class StreamedParts {
    private static final String BEGIN = "begin:";
    private static final String CHUNK = "chunk:";
    private static final String TAKEN = "taken:";
    private static final String GONE = "gone";
    /** What a message takes beside its bytes, about. */
    private static final int EACH = 1_024;

    private final Object callId;
    private final String ackTo;
    private final String version;

    /**
     * @param ackTo where the caller tells what it has taken
     * @param version that runs
     */
    StreamedParts(Object callId, String ackTo, String version) {
        this.callId = callId;
        this.ackTo = ackTo;
        this.version = version;
    }

    /** What a chunk counts for in the window. */
    static long cost(int length) {
        return (long) length + EACH;
    }

    Message begin(int number, String contentType) {
        if (number != 0) {
            throw new IllegalStateException("a response begins at part 0, not " + number);
        }
        Message part = part(BEGIN + version, new byte[0]);
        part.setContentType(contentType);
        return part;
    }

    Message chunk(int number, byte[] bytes) {
        return part(CHUNK + number, bytes);
    }

    private Message part(String subject, byte[] bytes) {
        Message part = Message.Factory.create();
        part.setCorrelationId(callId);
        part.setReplyTo(ackTo);
        part.setSubject(subject);
        part.setBody(new Data(new Binary(bytes)));
        return part;
    }

    /** Whether more follows this message. */
    static boolean isPart(Message message) {
        String subject = message.getSubject();
        return subject != null && (subject.startsWith(CHUNK) || subject.startsWith(BEGIN));
    }

    /** The version that runs, if this is the first message. */
    static Optional<String> begun(Message part) {
        String subject = part.getSubject();
        return subject.startsWith(BEGIN) ? Optional.of(subject.substring(BEGIN.length())) : Optional.empty();
    }

    static int number(Message chunk) {
        return Integer.parseInt(chunk.getSubject().substring(CHUNK.length()));
    }

    static Message taken(Object callId, long bytes) {
        return told(callId, TAKEN + bytes);
    }

    static Message gone(Object callId) {
        return told(callId, GONE);
    }

    private static Message told(Object callId, String subject) {
        Message told = Message.Factory.create();
        told.setCorrelationId(callId);
        told.setSubject(subject);
        return told;
    }

    /** Bytes that were taken; empty if the caller has gone. */
    static Optional<Long> taken(Message told) {
        String subject = String.valueOf(told.getSubject());
        return subject.startsWith(TAKEN)
                ? Optional.of(Long.parseLong(subject.substring(TAKEN.length())))
                : Optional.empty();
    }
}
