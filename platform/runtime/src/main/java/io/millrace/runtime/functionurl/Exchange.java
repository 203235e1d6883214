package io.millrace.runtime.functionurl;

import io.millrace.core.invocation.RequestIds;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** One HTTP request and its response. Event loop only. */
final class Exchange {
    private static final long GRACE_FOR_UNREAD_BODY_MILLIS = 1000;
    private static final String TRACE_HEADER = "x-amzn-trace-id";
    private static final long HTTP2_INTERNAL_ERROR = 2;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final String id = RequestIds.next();
    private final Instant at;
    private final String trace;
    private Optional<CorsRules> cors = Optional.empty();
    private boolean isBodiless;

    Exchange(Vertx vertx, HttpServerRequest request, Instant at) {
        this.vertx = vertx;
        this.request = request;
        this.at = at;
        this.trace = Optional.ofNullable(request.getHeader(TRACE_HEADER)).orElseGet(() -> newTrace(at));
    }

    /** From now on these rules go out with every answer. */
    void obey(Optional<CorsRules> rules) {
        cors = rules;
    }

    HttpServerRequest request() {
        return request;
    }

    /** Chosen by us: the caller, the function and the log lines see this same UUID. */
    String id() {
        return id;
    }

    String trace() {
        return trace;
    }

    UrlRequest told(Destination destination, String apiId, String domainPrefix, byte[] body) {
        return new UrlRequest(
                id,
                request.method().name(),
                destination.rawPath(),
                Optional.ofNullable(request.query()).orElse(""),
                protocol(),
                request.headers(),
                apiId,
                destination.origin().host(),
                domainPrefix,
                destination.origin().scheme(),
                destination.origin().port(),
                sourceIp(),
                trace,
                at,
                body);
    }

    private String protocol() {
        return request.version() == HttpVersion.HTTP_2
                ? "HTTP/2"
                : request.version() == HttpVersion.HTTP_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    }

    private String sourceIp() {
        String address = Optional.ofNullable(request.remoteAddress())
                .map(remote -> remote.hostAddress())
                .orElse("");
        return address.split("%", 2)[0]; // Which of our network cards it is tells nothing of the caller.
    }

    private static String newTrace(Instant at) {
        byte[] random = new byte[12];
        ThreadLocalRandom.current().nextBytes(random);
        return "Root=1-" + HexFormat.of().toHexDigits((int) at.getEpochSecond()) + "-"
                + HexFormat.of().formatHex(random);
    }

    boolean hasBegun() {
        return request.response().headWritten();
    }

    void send(HttpAnswer answer) {
        HttpServerResponse response = request.response();
        if (isGone()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        writeHead(answer);
        if (answer.isBodiless()) {
            response.end();
        } else if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(answer.body().length));
            response.end();
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
        if (!request.isEnded()) {
            closeUnlessBodyEnds();
        }
    }

    /** Sends status and headers, and what there is of a body; more may follow. */
    Future<Void> begin(HttpAnswer answer) {
        HttpServerResponse response = request.response();
        if (isGone()) {
            return Future.succeededFuture();
        }
        writeHead(answer);
        isBodiless = answer.isBodiless() || request.method().equals(HttpMethod.HEAD);
        if (isBodiless) {
            return Future.succeededFuture();
        }
        response.setChunked(true);
        return answer.body().length == 0 ? response.writeHead() : write(Buffer.buffer(answer.body()));
    }

    /** Whether nobody takes the response any more. */
    boolean isGone() {
        return request.response().ended() || request.response().closed();
    }

    boolean isFull() {
        return !isGone() && request.response().writeQueueFull();
    }

    /** @param resume to be called whenever there is room again, and when the caller has gone */
    void onRoom(Runnable resume) {
        request.response()
                .drainHandler(empty -> resume.run())
                .closeHandler(closed -> resume.run())
                .exceptionHandler(broken -> resume.run());
    }

    /** Ends when the bytes are on their way; they wait in memory as long as the caller does not take them. */
    Future<Void> write(Buffer bytes) {
        HttpServerResponse response = request.response();
        return isBodiless || isGone() ? Future.succeededFuture() : response.write(bytes);
    }

    void end() {
        HttpServerResponse response = request.response();
        if (!isGone()) {
            response.end();
        }
    }

    /** What has begun cannot be taken back; a broken connection tells the caller that it is not whole. */
    void cut() {
        HttpServerResponse response = request.response();
        if (isGone()) {
            return;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset(HTTP2_INTERNAL_ERROR);
        } else {
            request.connection().close();
        }
    }

    private void writeHead(HttpAnswer answer) {
        HttpServerResponse response = request.response().setStatusCode(answer.status());
        HttpAnswer whole = cors.map(rules -> rules.over(request, answer)).orElse(answer);
        whole.headers().forEach(header -> response.headers().add(header.name(), header.value()));
        response.putHeader("x-amzn-RequestId", id).putHeader(TRACE_HEADER, trace);
    }

    /** An answer may come before the body has ended; a body that then goes on costs its sender the connection. */
    private void closeUnlessBodyEnds() {
        request.handler(discarded -> {});
        vertx.setTimer(GRACE_FOR_UNREAD_BODY_MILLIS, timer -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
    }
}
