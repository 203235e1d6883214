package io.millrace.runtime.kinesisapi;

import io.millrace.runtime.stream.ReadStart;
import io.millrace.runtime.stream.SequenceNumber;
import io.millrace.runtime.stream.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A place in a shard, as clients carry it about.
 *
 * @param created of the stream: of one that was deleted and made again the numbers begin anew
 */
record ShardIterator(String stream, Instant created, String shardId, ReadStart.Resume place, Instant issued) {
    /** As AWS has it. */
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private static final String BETWEEN = " ";
    private static final int PARTS = 6;

    static ShardIterator of(StreamDefinition stream, String shardId, ReadStart.Resume place, Instant now) {
        return new ShardIterator(stream.name(), stream.created(), shardId, place, now);
    }

    ShardIterator movedTo(ReadStart.Resume next, Instant now) {
        return new ShardIterator(stream, created, shardId, next, now);
    }

    /** By which whoever goes on reading there is known. */
    String key() {
        return String.join(
                BETWEEN, stream, time(created), shardId, place.behind().toString(), time(place.from()));
    }

    String text() {
        return Base64.getUrlEncoder().encodeToString((key() + BETWEEN + time(issued)).getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Refusal if it is none, or too old */
    static ShardIterator parse(String text, Instant now) {
        ShardIterator iterator = parse(text);
        if (iterator.issued().plus(LIFETIME).isBefore(now)) {
            throw Refusal.expiredIterator("Iterator expired. The iterator was created at time " + iterator.issued()
                    + " while right now it is " + now + " which is further in the future than the tolerated delay of "
                    + LIFETIME.toMillis() + " milliseconds.");
        }
        return iterator;
    }

    private static ShardIterator parse(String text) {
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(BETWEEN, PARTS);
            if (parts.length == PARTS) {
                return new ShardIterator(
                        parts[0],
                        instant(parts[1]),
                        parts[2],
                        new ReadStart.Resume(
                                SequenceNumber.parse(parts[3]).orElseThrow(() -> invalid(text)), instant(parts[4])),
                        instant(parts[5]));
            }
        } catch (IllegalArgumentException notOurs) {
            throw invalid(text);
        }
        throw invalid(text);
    }

    private static Refusal invalid(String text) {
        return Refusal.argument("ShardIterator is '" + text + "', expected one of an answer");
    }

    private static String time(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
