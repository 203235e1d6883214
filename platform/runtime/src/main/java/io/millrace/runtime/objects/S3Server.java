package io.millrace.runtime.objects;

import io.millrace.runtime.config.CodeSettings.Credentials;
import io.millrace.runtime.objects.ObjectUnavailableException.Refused;
import io.millrace.runtime.objects.ObjectUnavailableException.TooLarge;
import io.millrace.runtime.objects.ObjectUnavailableException.Unreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests to an S3-compatible server; buckets are the first segment of the path. Redirections are not followed.
 * Thread-safe; never blocks.
 */
final class S3Server {
    /** The most that S3 allows. */
    private static final Duration READABLE_FOR = Duration.ofDays(7);

    private static final int CONNECT_MILLIS = 5_000;
    private static final int MOST_AT_ONCE = 32;
    private static final int ERROR_BYTES = 64 * 1024;
    private static final int LONGEST_TEXT = 300;
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");

    private final HttpClient client;
    private final URI server;
    private final String setting;
    private final Optional<RequestSignature> signature;
    private final InstantSource clock;

    /**
     * @param server without a path
     * @param setting that names it, for messages
     * @param silence without a byte, after which it counts as away
     */
    S3Server(
            Vertx vertx,
            URI server,
            String setting,
            Duration silence,
            Optional<Credentials> credentials,
            String region,
            InstantSource clock) {
        // What is sent here is large or rare: a connection that the other side has just closed would cost more.
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAlive(false)
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setIdleTimeout((int) silence.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS),
                new PoolOptions().setHttp1MaxSize(MOST_AT_ONCE));
        this.server = server;
        this.setting = setting;
        this.signature = credentials.map(keys -> new RequestSignature(keys, region));
        this.clock = clock;
    }

    /** What goes over the request, and answers with what the server does. */
    interface Sending {
        Future<HttpClientResponse> send(HttpClientRequest request);
    }

    /** @param path encoded; so is the query, whose members are in order */
    Future<HttpClientResponse> request(
            HttpMethod method,
            String path,
            String query,
            Map<String, String> headers,
            String bodyHash,
            Sending sending) {
        Map<String, String> unsigned = new TreeMap<>(headers);
        unsigned.put("host", server.getRawAuthority());
        Map<String, String> all = signature
                .map(signing -> signing.sign(method.name(), path, query, unsigned, bodyHash, clock.instant()))
                .orElse(unsigned);
        boolean isTls = "https".equals(server.getScheme());
        RequestOptions request = new RequestOptions()
                .setMethod(method)
                .setHost(server.getHost())
                .setPort(server.getPort() >= 0 ? server.getPort() : isTls ? 443 : 80)
                .setSsl(isTls)
                .setURI(query.isEmpty() ? path : path + "?" + query)
                .setFollowRedirects(false);
        all.forEach(request::putHeader);
        return client.request(request).compose(sending::send);
    }

    /** A request without a body. */
    Future<HttpClientResponse> request(HttpMethod method, String path, String query, Map<String, String> headers) {
        return request(method, path, query, headers, RequestSignature.HASH_OF_NOTHING, HttpClientRequest::send);
    }

    /** Where anybody may read an object for some days; the address is a secret. */
    URI readable(String path) {
        String at = server.getScheme() + "://" + server.getRawAuthority() + path;
        return URI.create(signature
                .map(signing ->
                        at + "?" + signing.queryToRead(path, server.getRawAuthority(), clock.instant(), READABLE_FOR))
                .orElse(at));
    }

    /** The body of a success; fails with {@link ObjectUnavailableException} for any other. */
    Future<byte[]> content(HttpClientResponse response, int limit) {
        return response.statusCode() / 100 == 2
                ? body(response, limit)
                : body(response, ERROR_BYTES).compose(error -> Future.failedFuture(refusal(response, error)));
    }

    /** For whatever else went wrong: the server cannot be asked. */
    ObjectUnavailableException told(Throwable failure) {
        return failure instanceof ObjectUnavailableException told
                ? told
                : new Unreachable("server '" + server + "' of the setting " + setting + " did not answer: "
                        + line(String.valueOf(failure.getMessage())));
    }

    private static Future<byte[]> body(HttpClientResponse response, int limit) {
        Promise<byte[]> whole = Promise.promise();
        Buffer kept = Buffer.buffer();
        response.handler(chunk -> {
                    if (kept.length() + chunk.length() <= limit) {
                        kept.appendBuffer(chunk);
                    } else if (whole.tryFail(new TooLarge(limit))) {
                        response.request().connection().close(); // Or the rest would come all the same.
                    }
                })
                .exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(kept.getBytes()));
        return whole.future();
    }

    private ObjectUnavailableException refusal(HttpClientResponse response, byte[] body) {
        int status = response.statusCode();
        if (status < 400 || status >= 500) {
            return new Unreachable(
                    "server '" + server + "' of the setting " + setting + " answered with status " + status);
        }
        Refused usual =
                switch (status) {
                    case 403 -> Refused.accessDenied();
                    case 404 -> Refused.noSuchKey();
                    default -> new Refused("HTTP " + status, line(String.valueOf(response.statusMessage())));
                };
        return refused(body, usual);
    }

    /** What an answer says in S3's words. */
    static Refused refused(byte[] body, Refused usual) {
        String text = new String(body, StandardCharsets.UTF_8);
        return new Refused(
                found(CODE, text).orElse(usual.code()), found(MESSAGE, text).orElse(usual.text()));
    }

    private static Optional<String> found(Pattern element, String text) {
        Matcher matcher = element.matcher(text);
        return matcher.find() ? Optional.of(line(String.valueOf(matcher.group(1)))) : Optional.empty();
    }

    /** What another server says may hold anything. */
    private static String line(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", " ");
        return printable.length() <= LONGEST_TEXT ? printable : printable.substring(0, LONGEST_TEXT);
    }
}
