package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.StoredPayload;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The body of an invocation: in memory, or in a file, for which {@code bytes} then stand.
 *
 * @param stored empty where it is in memory
 */
@SuppressWarnings("ArrayRecordComponent") // Carried, never compared.
record Payload(byte[] bytes, Optional<StoredPayload> stored) {
    static Payload inMemory(byte[] bytes) {
        return new Payload(bytes, Optional.empty());
    }

    static Payload inFile(StoredPayload stored) {
        return new Payload(stored.standIn(), Optional.of(stored));
    }

    /** With what tells that it is in a file. */
    Map<String, String> with(Map<String, String> attributes) {
        if (stored.isEmpty()) {
            return attributes;
        }
        Map<String, String> all = new HashMap<>(attributes);
        all.put(Invocation.PAYLOAD, stored.get().text());
        return all;
    }
}
