package io.millrace.runtime.access;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Where and when a signature counts.
 *
 * @param date such as 20260101
 */
record Scope(String date, String region, String service) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String END = "aws4_request";

    @Override
    public String toString() {
        return date + "/" + region + "/" + service + "/" + END;
    }

    /** The key that signs within this scope. */
    byte[] key(String secret) {
        byte[] ofDate = Hashes.hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), date);
        return Hashes.hmac(Hashes.hmac(Hashes.hmac(ofDate, region), service), END);
    }

    /** @param time such as 20260101T120000Z */
    String signature(byte[] key, String time, String canonicalRequest) {
        String toSign = ALGORITHM + "\n" + time + "\n" + this + "\n" + Hashes.sha256(canonicalRequest);
        return HexFormat.of().formatHex(Hashes.hmac(key, toSign));
    }
}
