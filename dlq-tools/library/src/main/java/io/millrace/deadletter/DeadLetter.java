package io.millrace.deadletter;

import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One message of a dead-letter queue.
 *
 * @param id names it in this queue: the request id its worker wrote down, else its message id, else {@code #} and the
 *     number it had at the broker before it died; empty if it has none of these
 * @param origin the queue it died in, if anybody wrote it down
 * @param cause why it died; empty if nobody wrote it down, which is so where the broker itself gave the message up
 * @param earlierCause of a message that was redriven and then given up by the broker: why it died the time before
 * @param redrives how often it was redriven before this death, as far as workers counted
 * @param firstSeen when the broker, or else its publisher, had it first
 * @param brokerNumber the number it had at the broker before the broker moved it here
 * @param body as its publisher sent it; a map or a list as JSON; the beginning of it where the message {@link #isCut}.
 *     Not to be changed
 * @param properties what its publisher and its worker wrote on it
 * @param headers what the protocol carries beside them, by the names of AMQP
 * @param encoded the whole message in AMQP's own encoding, byte for byte as the broker sent it; its beginning where it
 *     {@link #isCut}. Not to be changed
 * @param size of the whole encoded message, in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Body and message are carried, never compared.
public record DeadLetter(
        String id,
        String queue,
        Optional<FunctionName> function,
        Optional<String> origin,
        Optional<Cause> cause,
        Optional<Cause> earlierCause,
        long redrives,
        Optional<Instant> firstSeen,
        OptionalLong brokerNumber,
        byte[] body,
        String contentType,
        Map<String, Object> properties,
        Map<String, Object> headers,
        byte[] encoded,
        long size) {

    public Optional<Instant> diedAt() {
        return cause.map(Cause::diedAt);
    }

    /** Whether only its beginning was read, because whoever looked had no need of all of it. */
    public boolean isCut() {
        return encoded.length < size;
    }
}
