package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.door.DoorAnswer;
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
    private static final int SENT = 0;

    private Reply(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, Optional.empty());
    }

    static Reply empty(int status) {
        return new Reply(status, Map.of(), NOTHING);
    }

    /** For an endpoint that has written all of the response itself. */
    static Reply alreadySent() {
        return empty(SENT);
    }

    boolean isAlreadySent() {
        return status == SENT;
    }

    static Reply json(int status, JsonNode body) {
        return json(status, Json.bytes(body));
    }

    /** @param body JSON in UTF-8 */
    static Reply json(int status, byte[] body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body);
    }

    /** What pages of the platform get: nothing of it is kept by the browser, and none of it runs there. */
    static Reply of(DoorAnswer answer) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Content-Security-Policy", "default-src 'none'; sandbox");
        headers.putAll(answer.headers());
        return new Reply(answer.status(), headers, answer.body());
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
