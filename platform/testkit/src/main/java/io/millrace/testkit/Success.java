package io.millrace.testkit;

import java.nio.charset.StandardCharsets;

/**
 * The attempt that ended an event well.
 *
 * @param attempts that the event took, this one and those before a redrive included
 * @param response the function's result as JSON bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to the test, never compared.
public record Success(int attempts, byte[] response) {
    /** The response as text. */
    public String text() {
        return new String(response, StandardCharsets.UTF_8);
    }
}
