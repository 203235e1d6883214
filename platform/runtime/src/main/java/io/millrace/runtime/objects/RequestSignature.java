package io.millrace.runtime.objects;

import io.millrace.runtime.config.CodeSettings.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature version 4 of AWS, for reading from S3: a GET without a body. */
record RequestSignature(Credentials credentials, String region) {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String SERVICE = "s3";
    private static final String HASH_OF_NOTHING = hex(sha256(""));
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int DATE_LENGTH = 8;

    /**
     * @param path encoded, as it is sent
     * @param query encoded, ordered, without the question mark
     * @param headers by lower-case name, with {@code host}
     * @return all headers to send, with those of the signature
     */
    Map<String, String> sign(String path, String query, Map<String, String> headers, Instant now) {
        String time = TIME.format(now);
        String date = time.substring(0, DATE_LENGTH);
        Map<String, String> all = new TreeMap<>(headers);
        all.put("x-amz-content-sha256", HASH_OF_NOTHING);
        all.put("x-amz-date", time);
        String names = String.join(";", all.keySet());
        String lines = all.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        String canonical = String.join("\n", "GET", path, query, lines, names, HASH_OF_NOTHING);
        String scope = String.join("/", date, region, SERVICE, "aws4_request");
        String toSign = String.join("\n", ALGORITHM, time, scope, hex(sha256(canonical)));
        all.put(
                "authorization",
                ALGORITHM + " Credential=" + credentials.accessKey() + "/" + scope + ",SignedHeaders=" + names
                        + ",Signature=" + hex(hmac(key(date), toSign)));
        return all;
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
