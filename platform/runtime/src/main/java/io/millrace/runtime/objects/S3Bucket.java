package io.millrace.runtime.objects;

import io.millrace.runtime.config.PayloadSettings;
import io.millrace.runtime.config.PayloadStoreSettings;
import io.millrace.runtime.objects.ObjectUnavailableException.Refused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Objects that are written, copied and removed in one bucket of an S3-compatible server; their names get its prefix.
 * Whatever fails does so with {@link ObjectUnavailableException}. Thread-safe; never blocks.
 */
public final class S3Bucket {
    /** A server may look at all of an object before it answers. */
    private static final Duration SILENT = Duration.ofMinutes(2);

    private static final int MINUTES = 5;
    /** A start waits for it. */
    private static final int LIST_SECONDS = 30;

    private static final int ANSWER_BYTES = 4 << 20;
    private static final int NOT_FOUND = 404;
    private static final Pattern LISTED = Pattern.compile("<Contents>(.*?)</Contents>", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern CHANGED = Pattern.compile("<LastModified>([^<]*)</LastModified>");
    private static final Pattern MORE = Pattern.compile("<NextContinuationToken>([^<]*)</NextContinuationToken>");

    private final Vertx vertx;
    private final S3Server server;
    private final String bucket;
    private final String prefix;

    public S3Bucket(Vertx vertx, PayloadStoreSettings settings, InstantSource clock) {
        this.vertx = vertx;
        this.server = new S3Server(
                vertx,
                settings.server(),
                PayloadSettings.STORE,
                SILENT,
                settings.credentials(),
                settings.region(),
                clock);
        this.bucket = "/" + settings.bucket();
        this.prefix = settings.prefix();
    }

    /**
     * Sends a file, of which some chunks are in memory. Succeeds once the server has confirmed that it has all of it; it
     * is told the hash, so that it can compare.
     *
     * @param sha256 of the file, in hex
     */
    public Future<Void> put(String name, Path file, long bytes, String sha256) {
        return vertx.fileSystem()
                .open(
                        file.toString(),
                        new OpenOptions().setRead(true).setWrite(false).setCreate(false))
                .compose(open -> put(name, open, bytes, sha256)
                        .eventually(() -> open.close().otherwiseEmpty()));
    }

    private Future<Void> put(String name, AsyncFile file, long bytes, String sha256) {
        return server.request(HttpMethod.PUT, path(name), "", Map.of(), sha256, request -> send(request, file, bytes))
                .compose(this::done)
                .recover(failure -> Future.failedFuture(server.told(failure)))
                .mapEmpty();
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, AsyncFile file, long bytes) {
        request.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes));
        return request.send(file).onSuccess(answered -> {
            if (answered.statusCode() / 100 != 2) {
                answered.resume();
            }
        });
    }

    /** The server makes it; the bytes do not come here. False where there is nothing to copy. */
    public Future<Boolean> copy(String name, String copy) {
        return found(server.request(HttpMethod.PUT, path(copy), "", Map.of("x-amz-copy-source", path(name)))
                .compose(this::done)
                // It may have begun its answer, with 200, before it knew.
                .compose(answer -> new String(answer, StandardCharsets.UTF_8).contains("<Error>")
                        ? Future.failedFuture(S3Server.refused(answer, new Refused("InternalError", "not copied")))
                        : Future.succeededFuture(answer)));
    }

    public Future<Boolean> exists(String name) {
        return server.request(HttpMethod.HEAD, path(name), "", Map.of())
                .compose(response -> response.statusCode() == NOT_FOUND
                        ? Future.succeededFuture(false)
                        : done(response).map(found -> true))
                .timeout(MINUTES, TimeUnit.MINUTES)
                .recover(failure -> Future.failedFuture(server.told(failure)));
    }

    /** Also succeeds where there is none. */
    public Future<Void> remove(String name) {
        return found(server.request(HttpMethod.DELETE, path(name), "", Map.of()).compose(this::done))
                .mapEmpty();
    }

    /** Where the object can be read for some days by whoever has this address, which is a secret if keys are set. */
    public URI readable(String name) {
        return server.readable(path(name));
    }

    /**
     * Some objects; those in further folders are not among them.
     *
     * @param written when, by name without the prefix
     * @param next where to go on, if there are more
     */
    public record Page(Map<String, Instant> written, Optional<String> next) {}

    /** @param after where another page said to go on */
    public Future<Page> list(Optional<String> after) {
        String query = after.map(token -> "continuation-token=" + ObjectPath.encoded(token, false) + "&")
                        .orElse("")
                + "delimiter=%2F&list-type=2&prefix=" + ObjectPath.encoded(prefix, false);
        return server.request(HttpMethod.GET, bucket, query, Map.of())
                .compose(this::done)
                .timeout(LIST_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(server.told(failure)))
                .map(answer -> page(new String(answer, StandardCharsets.UTF_8)));
    }

    private Page page(String answer) {
        Map<String, Instant> found = new LinkedHashMap<>();
        add(answer, found);
        return new Page(found, first(MORE, answer));
    }

    private void add(String answer, Map<String, Instant> found) {
        Matcher each = LISTED.matcher(answer);
        while (each.find()) {
            String listed = String.valueOf(each.group(1));
            first(KEY, listed)
                    .filter(key -> key.startsWith(prefix))
                    .ifPresent(key -> found.put(
                            key.substring(prefix.length()),
                            Instant.parse(first(CHANGED, listed).orElseThrow())));
        }
    }

    private static Optional<String> first(Pattern element, String text) {
        Matcher matcher = element.matcher(text);
        return matcher.find() ? Optional.of(String.valueOf(matcher.group(1))) : Optional.empty();
    }

    private Future<byte[]> done(HttpClientResponse response) {
        return server.content(response, ANSWER_BYTES);
    }

    private Future<Boolean> found(Future<byte[]> answer) {
        return answer.map(is -> true)
                .timeout(MINUTES, TimeUnit.MINUTES)
                .recover(failure -> failure instanceof Refused refused && "NoSuchKey".equals(refused.code())
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(server.told(failure)));
    }

    private String path(String name) {
        return bucket + "/" + ObjectPath.encoded(prefix + name, true);
    }
}
