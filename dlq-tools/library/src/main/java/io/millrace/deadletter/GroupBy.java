package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonPointer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Function;

/** What dead letters are told apart by. */
public final class GroupBy {
    private enum Reads {
        CAUSE,
        HEADERS,
        BODY
    }

    public static final GroupBy CAUSE = new GroupBy("cause", Reads.CAUSE, Fingerprint::of);

    private static final String UNKNOWN = "-";
    private static final String HEADER = "header:";
    private static final String JSON = "json:";
    private static final Map<String, GroupBy> BY_NAME = Map.of(
            "cause", CAUSE,
            "origin",
                    new GroupBy("origin", Reads.CAUSE, letter -> letter.origin().orElse(UNKNOWN)),
            "function",
                    new GroupBy("function", Reads.CAUSE, letter -> letter.function()
                            .map(Object::toString)
                            .orElse(UNKNOWN)),
            "version",
                    new GroupBy("version", Reads.CAUSE, letter -> letter.cause()
                            .map(Cause::version)
                            .orElse(UNKNOWN)),
            "minute", new GroupBy("minute", Reads.CAUSE, GroupBy::minute));

    private final String name;
    private final Reads reads;
    private final Function<DeadLetter, String> key;

    private GroupBy(String name, Reads reads, Function<DeadLetter, String> key) {
        this.name = name;
        this.reads = reads;
        this.key = key;
    }

    /**
     * Reads {@code cause}, {@code origin}, {@code function}, {@code version}, {@code minute} (of death),
     * {@code header:name} (a property or header) or {@code json:/pointer} (into a JSON body).
     *
     * @throws IllegalArgumentException for anything else
     */
    public static GroupBy parse(String text) {
        GroupBy known = BY_NAME.get(text);
        if (known != null) {
            return known;
        }
        if (text.startsWith(HEADER) && text.length() > HEADER.length()) {
            String header = text.substring(HEADER.length());
            return new GroupBy(text, Reads.HEADERS, letter -> header(letter, header));
        }
        if (text.startsWith(JSON + "/")) {
            JsonPointer pointer = JsonPointer.compile(text.substring(JSON.length()));
            return new GroupBy(text, Reads.BODY, letter -> json(letter, pointer));
        }
        throw new IllegalArgumentException(
                "'" + text
                        + "' is nothing to group by, expected cause, origin, function, version, minute, header:NAME or json:/POINTER");
    }

    private static String minute(DeadLetter letter) {
        return letter.diedAt()
                .map(died -> died.truncatedTo(ChronoUnit.MINUTES))
                .map(Instant::toString)
                .orElse(UNKNOWN);
    }

    private static String header(DeadLetter letter, String name) {
        Object found = letter.properties().getOrDefault(name, letter.headers().get(name));
        return found == null ? UNKNOWN : found.toString();
    }

    private static String json(DeadLetter letter, JsonPointer pointer) {
        return BodyMatch.body(letter.body())
                .map(body -> body.at(pointer))
                .filter(found -> !found.isMissingNode())
                .map(found -> found.isValueNode() ? found.asText() : found.toString())
                .orElse(UNKNOWN);
    }

    /** As it was written. */
    public String name() {
        return name;
    }

    boolean readsBody() {
        return reads == Reads.BODY;
    }

    /** Whether what GlanceReader reads is enough. */
    boolean readsCauseOnly() {
        return reads == Reads.CAUSE;
    }

    /** For many dead letters, of which most have the same. What it gives is not thread-safe. */
    Function<DeadLetter, String> key() {
        return name.equals(CAUSE.name) ? new Fingerprint.OfMany()::of : key;
    }
}
