package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.RequestIds;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;

/** One HTTP request. Event loop only. */
final class Request {
    private static final long GRACE_FOR_UNREAD_BODY_MILLIS = 1000;

    private final Vertx vertx;
    private final RoutingContext context;
    private final String id = RequestIds.next();

    Request(Vertx vertx, RoutingContext context) {
        this.vertx = vertx;
        this.context = context;
    }

    /** Chosen by us: the caller, the function and the log lines see this same UUID. */
    String id() {
        return id;
    }

    String method() {
        return context.request().method().name();
    }

    String path() {
        return String.valueOf(context.request().path());
    }

    /** The path's function name, decoded. */
    String functionName() {
        return path(LambdaApi.FUNCTION_NAME);
    }

    /** A parameter of the path, decoded. */
    String path(String parameter) {
        return String.valueOf(context.pathParam(parameter));
    }

    /** Under which address the caller reached this door. */
    String origin() {
        HttpServerRequest request = context.request();
        String host = header("Host").orElseGet(() -> String.valueOf(request.localAddress()));
        return request.scheme() + "://" + host;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(context.request().getHeader(name));
    }

    Optional<String> query(String name) {
        return context.queryParam(name).stream().findFirst();
    }

    /**
     * Must be called before the endpoint first waits for anything, or the body is gone.
     *
     * @param limit bytes that are kept at most
     * @param tooLarge makes the refusal from the number of bytes that came, as far as they were read
     */
    Future<byte[]> body(int limit, LongFunction<LambdaApiException> tooLarge) {
        return BoundedBody.read(vertx, context.request(), limit, tooLarge);
    }

    /** Runs work that takes long or blocks on a worker; the endpoint goes on on the event loop. */
    <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    void send(Reply reply) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        response.setStatusCode(reply.status()).putHeader("x-amzn-RequestId", id);
        reply.headers().forEach(response::putHeader);
        if (reply.file().isPresent()) {
            response.sendFile(reply.file().get().toAbsolutePath().toString());
        } else {
            response.end(Buffer.buffer(reply.body()));
        }
        if (!context.request().isEnded()) {
            closeUnlessBodyEnds(context.request());
        }
    }

    /** An answer may come before the body has ended; a body that then goes on costs its sender the connection. */
    private void closeUnlessBodyEnds(HttpServerRequest request) {
        request.handler(discarded -> {});
        vertx.setTimer(GRACE_FOR_UNREAD_BODY_MILLIS, timer -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
    }
}
