package io.millrace.runtime.door;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What goes back to the caller. Browsers are told to keep none of it and to run none of it. */
@SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
public record DoorAnswer(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NOTHING = {};

    public DoorAnswer {
        headers = Map.copyOf(headers);
    }

    public static DoorAnswer empty(int status) {
        return new DoorAnswer(status, Map.of(), NOTHING);
    }

    public static DoorAnswer json(int status, JsonNode body) {
        return of(status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static DoorAnswer of(int status, String contentType, byte[] body) {
        return new DoorAnswer(status, Map.of("Content-Type", contentType), body);
    }

    /** For an endpoint that has written, or goes on writing, all of {@link DoorRequest#response} itself. */
    public static DoorAnswer alreadySent() {
        return empty(0);
    }

    public boolean isAlreadySent() {
        return status == 0;
    }

    public DoorAnswer withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new DoorAnswer(status, more, body);
    }
}
