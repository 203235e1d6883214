package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What goes back to the caller.
 *
 * @param file sent instead of the body
 */
@SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
record Reply(int status, Map<String, String> headers, byte[] body, Optional<Path> file) {
    private static final byte[] NOTHING = {};

    private Reply(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, Optional.empty());
    }

    static Reply empty(int status) {
        return new Reply(status, Map.of(), NOTHING);
    }

    /** For an endpoint that has written all of the response itself. */
    static Reply alreadySent() {
        return empty(200);
    }

    static Reply json(int status, JsonNode body) {
        return json(status, Json.bytes(body));
    }

    /** @param body JSON in UTF-8 */
    static Reply json(int status, byte[] body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body);
    }

    static Reply zip(Path file) {
        return new Reply(200, Map.of("Content-Type", "application/zip"), NOTHING, Optional.of(file));
    }

    Reply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, file);
    }
}
