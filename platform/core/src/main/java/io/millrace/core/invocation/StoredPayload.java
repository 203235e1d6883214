package io.millrace.core.invocation;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A payload above Lambda's limits, which lies in a file or a store. The broker's message says which in a property, and has a small
 * text about it as its body; the two belong together, so that a message whose body somebody changed is an ordinary event
 * with that body.
 *
 * @param name of the file or object, the request id of the invocation it came with: a UUID in text
 * @param bytes how many there are, not negative
 * @param sha256 of the bytes, 64 lower-case hex digits
 */
public record StoredPayload(String name, long bytes, String sha256) {
    /** What a handler may have as an object or an array: as much as Lambda lets any handler have. */
    public static final int LARGEST_IN_HEAP = 6_291_456;

    /** Of nothing that could lead out of a directory. */
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Pattern TEXT = Pattern.compile("(" + NAME + ") ([0-9]{1,18}) ([0-9a-f]{64})");

    /** What an invocation says that came out of a message; empty where its payload is in memory. */
    public static Optional<StoredPayload> of(Invocation invocation) {
        return Optional.ofNullable(invocation.attributes().get(Invocation.PAYLOAD))
                .flatMap(StoredPayload::parse);
    }

    /** Where the bytes of such an invocation are: a file, or an object by HTTP; empty as above. */
    public static Optional<URI> place(Invocation invocation) {
        return Optional.ofNullable(invocation.attributes().get(Invocation.PAYLOAD_PLACE))
                .map(URI::create);
    }

    /** Empty for what {@link #text} did not write. */
    public static Optional<StoredPayload> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new StoredPayload(parts.group(1), Long.parseLong(parts.group(2)), parts.group(3)))
                : Optional.empty();
    }

    /** Whether a file of this name may be one. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** All that may be names of files in a text of any kind. */
    public static Stream<String> namesIn(String text) {
        return NAME.matcher(text).results().map(MatchResult::group);
    }

    /** As it travels in a property. */
    public String text() {
        return name + " " + bytes + " " + sha256;
    }

    /** The body of the message, in UTF-8; equal for equal payloads. Destinations and tools show it. */
    public byte[] standIn() {
        return ("{\"millrace:payload\":{\"bytes\":" + bytes + ",\"sha256\":\"" + sha256 + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Whether {@code body} is what {@link #standIn} wrote. */
    public boolean isMeantBy(byte[] body) {
        return Arrays.equals(standIn(), body);
    }
}
