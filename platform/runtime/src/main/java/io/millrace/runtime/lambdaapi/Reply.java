package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What goes back to the caller. */
@SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
record Reply(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NOTHING = {};

    static Reply empty(int status) {
        return new Reply(status, Map.of(), NOTHING);
    }

    static Reply json(int status, JsonNode body) {
        return json(status, Json.bytes(body));
    }

    /** @param body JSON in UTF-8 */
    static Reply json(int status, byte[] body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body);
    }

    Reply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body);
    }
}
