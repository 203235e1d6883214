package io.millrace.runtime.registry;

import java.util.Optional;

/**
 * What UpdateFunctionCode asks for.
 *
 * @param archive a jar, or zip of classes and lib/*.jar
 * @param architecture empty leaves it as it is
 * @param expectedRevision that {@code $LATEST} must have; empty takes any
 * @param publish freezes the changed function under the next number
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record CodeChange(
        byte[] archive, Optional<String> architecture, Optional<String> expectedRevision, boolean publish) {

    /** Other code, and nothing else. */
    public static CodeChange to(byte[] archive) {
        return new CodeChange(archive, Optional.empty(), Optional.empty(), false);
    }
}
