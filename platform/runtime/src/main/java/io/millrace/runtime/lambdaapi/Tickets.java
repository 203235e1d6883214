package io.millrace.runtime.lambdaapi;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Addresses of archives that work without a signature for a while, as AWS's own do: who was shown one may fetch what is
 * there. They end with the process. Thread-safe.
 */
final class Tickets {
    static final String EXPIRES = "Expires";
    static final String TOKEN = "Token";

    private static final Duration VALID = Duration.ofMinutes(10);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,15}");
    private static final String HMAC = "HmacSHA256";
    private static final int SECRET_BYTES = 32;

    private final InstantSource clock;
    private final byte[] secret = new byte[SECRET_BYTES];

    Tickets(InstantSource clock) {
        this.clock = clock;
        new SecureRandom().nextBytes(secret);
    }

    /** A query, with its question mark. */
    String of(String sha256) {
        String expires = Long.toString(clock.instant().plus(VALID).getEpochSecond());
        return "?" + EXPIRES + "=" + expires + "&" + TOKEN + "=" + token(sha256, expires);
    }

    boolean hold(String sha256, Optional<String> expires, Optional<String> token) {
        return expires.filter(seconds -> SECONDS.matcher(seconds).matches()
                                && clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(seconds))))
                        .isPresent()
                && token.filter(given -> equal(given, token(sha256, expires.get())))
                        .isPresent();
    }

    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private String token(String sha256, String expires) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            byte[] text = (sha256 + "\n" + expires).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(mac.doFinal(text));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + HMAC, impossible);
        }
    }
}
