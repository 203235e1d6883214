package io.millrace.runtime.objects;

import io.millrace.runtime.config.CodeSettings.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature version 4 of AWS, for S3: in the headers of a request, or in the address of one that others send. */
record RequestSignature(Credentials credentials, String region) {
    /** Of a request without a body. */
    static final String HASH_OF_NOTHING = hex(sha256(""));

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String SERVICE = "s3";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int DATE_LENGTH = 8;

    /**
     * @param path encoded, as it is sent
     * @param query encoded, ordered, without the question mark
     * @param headers by lower-case name, with {@code host}
     * @param bodyHash SHA-256 of the body in hex
     * @return all headers to send, with those of the signature
     */
    Map<String, String> sign(
            String method, String path, String query, Map<String, String> headers, String bodyHash, Instant now) {
        String time = TIME.format(now);
        Map<String, String> all = new TreeMap<>(headers);
        all.put("x-amz-content-sha256", bodyHash);
        all.put("x-amz-date", time);
        String names = String.join(";", all.keySet());
        String lines = all.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        String signature = signature(String.join("\n", method, path, query, lines, names, bodyHash), time);
        all.put(
                "authorization",
                ALGORITHM + " Credential=" + credentials.accessKey() + "/" + scope(time) + ",SignedHeaders=" + names
                        + ",Signature=" + signature);
        return all;
    }

    /** @return the query with which anybody may send a GET without a body until then, encoded */
    String queryToRead(String path, String host, Instant now, Duration validFor) {
        String time = TIME.format(now);
        String query = "X-Amz-Algorithm=" + ALGORITHM + "&X-Amz-Credential="
                + ObjectPath.encoded(credentials.accessKey() + "/" + scope(time), false) + "&X-Amz-Date=" + time
                + "&X-Amz-Expires=" + validFor.toSeconds() + "&X-Amz-SignedHeaders=host";
        String canonical = String.join("\n", "GET", path, query, "host:" + host + "\n", "host", "UNSIGNED-PAYLOAD");
        return query + "&X-Amz-Signature=" + signature(canonical, time);
    }

    private String scope(String time) {
        return String.join("/", time.substring(0, DATE_LENGTH), region, SERVICE, "aws4_request");
    }

    private String signature(String canonical, String time) {
        String toSign = String.join("\n", ALGORITHM, time, scope(time), hex(sha256(canonical)));
        return hex(hmac(key(time.substring(0, DATE_LENGTH)), toSign));
    }

    private byte[] key(String date) {
        byte[] key = ("AWS4" + credentials.secretKey()).getBytes(StandardCharsets.UTF_8);
        return hmac(hmac(hmac(hmac(key, date), region), SERVICE), "aws4_request");
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("every JDK has HmacSHA256", impossible);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
