package io.millrace.runtime.registry;

import java.util.regex.Pattern;

/**
 * An uploaded archive, found by its content.
 *
 * @param sha256 64 lower-case hexadecimal digits; also the name of its file
 * @param size in bytes, of the archive
 */
public record CodeReference(String sha256, long size) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public CodeReference {
        if (!isSha256(sha256)) {
            throw new IllegalArgumentException("sha256 is '" + sha256 + "', expected 64 hexadecimal digits");
        }
    }

    /** Whether it has the form of one, which no path has. */
    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }
}
