package io.millrace.runtime.access;

import java.net.URI;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Signs requests for this platform as clients of AWS do, with Signature Version 4 in headers. Thread-safe. */
public final class RequestSigner {
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int DATE_LENGTH = 8;

    private final String keyId;
    private final String secret;
    private final String region;
    private final InstantSource clock;

    public RequestSigner(String keyId, String secret, String region, InstantSource clock) {
        this.keyId = keyId;
        this.secret = secret;
        this.region = region;
        this.clock = clock;
    }

    /**
     * @param service such as {@code lambda}
     * @param headers that are sent and signed, besides Host
     * @return headers to add
     */
    public Map<String, String> sign(String service, String method, URI uri, Map<String, String> headers, byte[] body) {
        String time = TIME.format(clock.instant());
        TreeMap<String, String> signed = new TreeMap<>();
        headers.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        signed.put("host", uri.getRawAuthority());
        signed.put("x-amz-date", time);
        Scope scope = new Scope(time.substring(0, DATE_LENGTH), region, service);
        String canonical = CanonicalRequest.text(
                method,
                uri.getRawPath(),
                Optional.ofNullable(uri.getRawQuery()).orElse(""),
                signed,
                Hashes.sha256(body));
        String signature = scope.signature(scope.key(secret), time, canonical);
        return Map.of(
                "X-Amz-Date",
                time,
                "Authorization",
                Scope.ALGORITHM + " Credential=" + keyId + "/" + scope + ", SignedHeaders="
                        + String.join(";", signed.keySet()) + ", Signature=" + signature);
    }
}
