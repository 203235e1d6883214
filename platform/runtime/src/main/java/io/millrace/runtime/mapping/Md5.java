package io.millrace.runtime.mapping;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The checksum that SQS gives its messages; it protects nothing. */
final class Md5 {
    /** Finding one takes longer than a digest of a short text. */
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Md5::find);

    private Md5() {}

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(DIGEST.get().digest(bytes));
    }

    private static MessageDigest find() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has MD5", impossible);
        }
    }
}
