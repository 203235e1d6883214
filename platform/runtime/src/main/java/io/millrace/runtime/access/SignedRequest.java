package io.millrace.runtime.access;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about who signed it, in its headers or, presigned, in its query. Nothing of it is believed yet.
 *
 * @param headers that are signed, by their names in lower case
 * @param time as it was signed, such as 20260101T120000Z
 * @param expires of a presigned request
 */
record SignedRequest(
        String method,
        String path,
        String query,
        String keyId,
        Scope scope,
        SortedMap<String, String> headers,
        String time,
        Optional<Duration> expires,
        String signature,
        Optional<String> sessionToken,
        Optional<String> bodySha256) {
    private static final String AUTHORIZATION = "Authorization";
    private static final String BODY_SHA256 = "x-amz-content-sha256";
    private static final int CREDENTIAL_PARTS = 5;
    /** Clients sign about ten; who signs thousands wants to keep the server busy. */
    private static final int MOST_SIGNED_HEADERS = 100;

    private static final long LONGEST_EXPIRY_SECONDS = 604_800;

    /** @throws AccessRefusedException if it is not signed, or not in a way this platform knows */
    static SignedRequest of(HttpServerRequest request) {
        String authorization = request.getHeader(AUTHORIZATION);
        String query = Optional.ofNullable(request.query()).orElse("");
        if (authorization != null) {
            return inHeader(request, authorization, query);
        }
        if (query.contains(CanonicalRequest.SIGNATURE)) {
            return inQuery(request, query);
        }
        throw AccessRefusedException.unsigned();
    }

    private static SignedRequest inHeader(HttpServerRequest request, String authorization, String query) {
        int blank = authorization.indexOf(' ');
        if (blank < 0 || !authorization.substring(0, blank).equals(Scope.ALGORITHM)) {
            throw AccessRefusedException.unreadable("The Authorization header does not begin with '" + Scope.ALGORITHM
                    + " ', the only way of signing that is supported.");
        }
        Map<String, String> parts = new HashMap<>();
        for (String part : authorization.substring(blank + 1).split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw AccessRefusedException.unreadable(
                        "A part of the Authorization header is not a key=value pair (missing equal-sign).");
            }
            parts.put(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        return assembled(
                request,
                query,
                required(parts.get("Credential"), "Credential"),
                required(parts.get("SignedHeaders"), "SignedHeaders"),
                required(request.getHeader("X-Amz-Date"), "X-Amz-Date"),
                required(parts.get("Signature"), "Signature"),
                Optional.empty(),
                Optional.ofNullable(request.getHeader("X-Amz-Security-Token")),
                Optional.ofNullable(request.getHeader(BODY_SHA256)));
    }

    private static SignedRequest inQuery(HttpServerRequest request, String query) {
        Map<String, String> given = new HashMap<>();
        try {
            new QueryStringDecoder(query, StandardCharsets.UTF_8, false)
                    .parameters()
                    .forEach((name, values) -> given.put(name, values.get(0)));
        } catch (IllegalArgumentException malformed) {
            throw AccessRefusedException.unreadable("The query of the request cannot be decoded.");
        }
        if (!Scope.ALGORITHM.equals(given.get("X-Amz-Algorithm"))) {
            throw AccessRefusedException.unreadable(
                    "The parameter X-Amz-Algorithm is not " + Scope.ALGORITHM + ", the only one that is supported.");
        }
        return assembled(
                request,
                query,
                required(given.get("X-Amz-Credential"), "X-Amz-Credential"),
                required(given.get("X-Amz-SignedHeaders"), "X-Amz-SignedHeaders"),
                required(given.get("X-Amz-Date"), "X-Amz-Date"),
                required(given.get(CanonicalRequest.SIGNATURE), CanonicalRequest.SIGNATURE),
                Optional.of(expiry(required(given.get("X-Amz-Expires"), "X-Amz-Expires"))),
                Optional.ofNullable(given.get("X-Amz-Security-Token"))
                        .or(() -> Optional.ofNullable(request.getHeader("X-Amz-Security-Token"))),
                Optional.ofNullable(given.get("X-Amz-Content-Sha256"))
                        .or(() -> Optional.ofNullable(request.getHeader(BODY_SHA256))));
    }

    private static SignedRequest assembled(
            HttpServerRequest request,
            String query,
            String credential,
            String signedHeaders,
            String time,
            String signature,
            Optional<Duration> expires,
            Optional<String> sessionToken,
            Optional<String> bodySha256) {
        // A user's own key id has no slash, and nothing else may have one.
        String[] parts = credential.split("/", -1);
        if (parts.length != CREDENTIAL_PARTS || !parts[CREDENTIAL_PARTS - 1].equals(Scope.END)) {
            throw AccessRefusedException.unreadable("Credential must have exactly " + CREDENTIAL_PARTS
                    + " slash-delimited elements, e.g. keyid/date/region/service/" + Scope.END + ".");
        }
        return new SignedRequest(
                request.method().name(),
                Optional.ofNullable(request.path()).orElse(""),
                query,
                parts[0],
                new Scope(parts[1], parts[2], parts[3]),
                headers(request, Arrays.asList(signedHeaders.split(";", -1))),
                time,
                expires,
                signature,
                sessionToken,
                bodySha256);
    }

    /** All that changes what is asked for must be signed, or another could change it on the way. */
    private static SortedMap<String, String> headers(HttpServerRequest request, List<String> signed) {
        if (signed.size() > MOST_SIGNED_HEADERS || new HashSet<>(signed).size() < signed.size()) {
            throw AccessRefusedException.unreadable("SignedHeaders names " + signed.size()
                    + " headers, expected at most " + MOST_SIGNED_HEADERS + ", each once.");
        }
        SortedMap<String, String> headers = new TreeMap<>();
        for (String name : signed) {
            List<String> values = request.headers().getAll(name);
            boolean isHost = name.equals("host");
            headers.put(
                    name, isHost && values.isEmpty() ? String.valueOf(request.authority()) : String.join(",", values));
        }
        if (!headers.containsKey("host")) {
            throw AccessRefusedException.invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
        }
        for (String name : request.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-") && !headers.containsKey(lower)) {
                throw AccessRefusedException.invalid(
                        "'" + lower + "' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }
        return headers;
    }

    private static String required(@Nullable String value, String name) {
        if (value == null || value.isEmpty()) {
            throw AccessRefusedException.unreadable("Authorization requires '" + name + "' parameter.");
        }
        return value;
    }

    private static Duration expiry(String seconds) {
        try {
            long span = Long.parseLong(seconds);
            if (span >= 1 && span <= LONGEST_EXPIRY_SECONDS) {
                return Duration.ofSeconds(span);
            }
        } catch (NumberFormatException notANumber) {
            throw badExpiry();
        }
        throw badExpiry();
    }

    private static AccessRefusedException badExpiry() {
        return AccessRefusedException.unreadable(
                "X-Amz-Expires must be a number of seconds from 1 to " + LONGEST_EXPIRY_SECONDS + ".");
    }

    /** @throws AccessRefusedException if it is none, or of another day than the scope */
    Instant instant() {
        Instant instant;
        try {
            instant = RequestSigner.TIME.parse(time, Instant::from);
        } catch (DateTimeParseException malformed) {
            throw AccessRefusedException.unreadable(
                    "Date must be in ISO-8601 'basic format', such as 20260101T120000Z.");
        }
        if (!time.startsWith(scope.date() + "T")) {
            throw AccessRefusedException.invalid(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version"
                            + " of date from HTTP: '" + scope.date() + "' != '" + time.substring(0, time.indexOf('T'))
                            + "', from '" + time + "'.");
        }
        return instant;
    }

    String canonical(String bodyHash) {
        return CanonicalRequest.text(method, path, query, headers, bodyHash);
    }
}
