package io.millrace.runtime.registry;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

    /** How an archive will be found once it is stored. */
    public static CodeReference of(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return new CodeReference(HexFormat.of().formatHex(digest), archive.length);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    /** Whether it has the form of one, which no path has. */
    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }
}
