package io.millrace.runtime.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A stream as it was made.
 *
 * @param name 1 to 128 of {@code a-zA-Z0-9_.-}
 * @param shards 1 to 200
 * @param retention how long records are kept, 24 h to 365 d; as segments are deleted as a whole, a twenty-fourth more
 */
public record StreamDefinition(String name, int shards, Duration retention, Instant created) {
    public static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
    public static final Duration DEFAULT_RETENTION = Duration.ofHours(24);
    public static final Duration LONGEST_RETENTION = Duration.ofDays(365);

    StreamDefinition with(Duration longer) {
        return new StreamDefinition(name, shards, longer, created);
    }

    /** Whether it is the same, and not another that was made after it was deleted. */
    boolean isSame(StreamDefinition other) {
        return name.equals(other.name) && created.equals(other.created);
    }

    /** @throws IllegalStateException if it has more shards than there can be: they would fill the memory */
    static StreamDefinition read(Document document) {
        ObjectNode content = document.content();
        int shards = content.path("shards").asInt();
        if (shards < 1 || shards > Streams.MOST_SHARDS) {
            throw new IllegalStateException("stream '" + document.name() + "' is stored with " + shards
                    + " shards, expected 1 to " + Streams.MOST_SHARDS);
        }
        return new StreamDefinition(
                document.name(),
                shards,
                Duration.ofSeconds(content.path("retentionSeconds").asLong()),
                Instant.ofEpochMilli(content.path("created").asLong()));
    }

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("shards", shards)
                .put("retentionSeconds", retention.toSeconds())
                .put("created", created.toEpochMilli());
    }
}
