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
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An S3-compatible server; buckets are the first segment of the path. Redirections are not followed. */
final class S3Objects implements CodeObjects {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int SILENT_SECONDS = 30;
    private static final int WHOLE_MINUTES = 5;
    private static final int ERROR_BYTES = 64 * 1024;
    private static final int LONGEST_TEXT = 300;
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");
    private static final String UNRESERVED = "-._~";

    private final HttpClient client;
    private final URI server;
    private final Optional<RequestSignature> signature;
    private final InstantSource clock;

    /** @param server without a path */
    S3Objects(Vertx vertx, URI server, Optional<Credentials> credentials, String region, InstantSource clock) {
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(SILENT_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS));
        this.server = server;
        this.signature = credentials.map(keys -> new RequestSignature(keys, region));
        this.clock = clock;
    }

    @Override
    public Future<byte[]> read(ObjectName object, int limit) {
        String path = "/" + object.bucket() + "/" + encoded(object.key(), true);
        String query = object.version()
                .map(version -> "versionId=" + encoded(version, false))
                .orElse("");
        Map<String, String> unsigned = Map.of("host", server.getRawAuthority());
        Map<String, String> headers = signature
                .map(signing -> signing.sign(path, query, unsigned, clock.instant()))
                .orElse(unsigned);
        boolean isTls = "https".equals(server.getScheme());
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(server.getHost())
                .setPort(server.getPort() >= 0 ? server.getPort() : isTls ? 443 : 80)
                .setSsl(isTls)
                .setURI(query.isEmpty() ? path : path + "?" + query)
                .setFollowRedirects(false);
        headers.forEach(request::putHeader);
        return client.request(request)
                .compose(sent -> sent.send())
                .compose(response -> content(response, limit))
                .timeout(WHOLE_MINUTES, TimeUnit.MINUTES)
                .recover(failure -> Future.failedFuture(
                        failure instanceof ObjectUnavailableException told ? told : unreachable(failure)));
    }

    private Unreachable unreachable(Throwable failure) {
        return new Unreachable("server '" + server + "' of the setting code.s3 did not answer: "
                + line(String.valueOf(failure.getMessage())));
    }

    private Future<byte[]> content(HttpClientResponse response, int limit) {
        return response.statusCode() == 200
                ? body(response, limit)
                : body(response, ERROR_BYTES).compose(error -> Future.failedFuture(refusal(response, error)));
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
            return new Unreachable("server '" + server + "' of the setting code.s3 answered with status " + status);
        }
        String text = new String(body, StandardCharsets.UTF_8);
        Refused usual =
                switch (status) {
                    case 403 -> Refused.accessDenied();
                    case 404 -> Refused.noSuchKey();
                    default -> new Refused("HTTP " + status, line(String.valueOf(response.statusMessage())));
                };
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

    /** As S3 and its signatures want it, which no class of the JDK does. */
    private static String encoded(String text, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean isPlain = character < 0x80
                    && (Character.isLetterOrDigit(character)
                            || UNRESERVED.indexOf(character) >= 0
                            || (keepSlashes && character == '/'));
            if (isPlain) {
                encoded.append(character);
            } else {
                encoded.append('%').append(String.format("%02X", (int) character));
            }
        }
        return encoded.toString();
    }
}
