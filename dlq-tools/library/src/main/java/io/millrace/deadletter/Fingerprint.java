package io.millrace.deadletter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * What failures of one kind have in common: function, error type, message without what changes from one to the next
 * (numbers, ids, times, hexadecimal digits), and the topmost frame of the application's own code without its line.
 * Dead letters without a recorded cause have in common the queue they died in.
 */
public final class Fingerprint {
    private static final int DIGITS = 12;

    private Fingerprint() {}

    /** 12 hex digits, the same in every release that does not say otherwise. */
    public static String of(DeadLetter letter) {
        return hash(identity(letter));
    }

    private static String identity(DeadLetter letter) {
        return letter.cause()
                .map(cause -> letter.function().map(Object::toString).orElse("") + "\n" + cause.errorType() + "\n"
                        + NormalisedMessage.of(cause.errorMessage()) + "\n"
                        + StackFrames.top(cause.stackTrace()).orElse(""))
                .orElseGet(() -> "no cause\n" + letter.origin().orElse(""));
    }

    /** Of many, of which most have the same. Not thread-safe. */
    static final class OfMany {
        private static final int KNOWN = 10_000;

        private final Map<String, String> known = new HashMap<>();

        String of(DeadLetter letter) {
            String identity = identity(letter);
            String found = known.get(identity);
            if (found == null) {
                found = hash(identity);
                if (known.size() < KNOWN) {
                    known.put(identity, found);
                }
            }
            return found;
        }
    }

    private static String hash(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGITS / 2);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
