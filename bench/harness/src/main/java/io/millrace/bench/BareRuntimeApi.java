package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The least a runtime needs: hands the same event to whoever asks for the next one and takes what comes back. In memory,
 * on one event loop, for one process at a time; the fields below {@code // event loop} are touched there only.
 */
final class BareRuntimeApi implements AutoCloseable {

    private static final String NEXT = "/2018-06-01/runtime/invocation/next";
    private static final String RESPONSE = "/response";
    private static final long MILLIS_FOR_ONE = TimeUnit.SECONDS.toMillis(30);

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final Context context = vertx.getOrCreateContext();
    private final Buffer event = Buffer.buffer(Load.body());
    private final AtomicLong handedOut = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final HttpServer server;
    private volatile long answeredAt;

    // event loop
    private long allowed;
    private @Nullable HttpServerResponse waiting;

    private BareRuntimeApi() {
        this.server = vertx.createHttpServer().requestHandler(this::request);
    }

    static BareRuntimeApi start() {
        BareRuntimeApi api = new BareRuntimeApi();
        Waiting.on("a bare Runtime API to listen", api.server.listen(0, "127.0.0.1"));
        return api;
    }

    String authority() {
        return "127.0.0.1:" + server.actualPort();
    }

    /** From now on this many more events are handed out, one after the other; 0 stops it. */
    void allow(long events) {
        context.runOnContext(now -> {
            allowed = events;
            handOut();
        });
    }

    long answered() {
        return answered.get();
    }

    /** Blocks until so many answers have come, or the runtime failed; gives the {@link System#nanoTime} of the last one. */
    long awaitAnswer(long count) {
        Waiting.until("answer " + count + " of a bare process", () -> answered.get() >= count || hasFailed());
        requireNoFailure();
        return answeredAt;
    }

    /** Whether everything that was handed out has come back. */
    boolean isAtRest() {
        return answered.get() == handedOut.get();
    }

    /** @throws IllegalStateException if the runtime has said anything but results */
    void requireNoFailure() {
        if (failure.get() != null) {
            throw new IllegalStateException("a bare process failed: " + failure.get());
        }
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    private void request(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.GET) && request.path().equals(NEXT)) {
            waiting = request.response();
            handOut();
            return;
        }
        request.bodyHandler(body -> {
            if (request.path().endsWith(RESPONSE)) {
                answeredAt = System.nanoTime();
                answered.incrementAndGet();
            } else {
                failure.compareAndSet(null, request.method() + " " + request.path() + " " + body);
            }
            request.response()
                    .setStatusCode(202)
                    .putHeader("Content-Type", "application/json")
                    .end("{\"status\":\"OK\"}");
        });
    }

    private void handOut() {
        HttpServerResponse response = waiting;
        if (response == null || allowed == 0) {
            return;
        }
        waiting = null;
        allowed--;
        handedOut.incrementAndGet();
        var unused = response.putHeader(
                        "Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString())
                .putHeader("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + MILLIS_FOR_ONE))
                .putHeader("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:bare")
                .putHeader("Content-Type", "application/json")
                .end(event);
    }

    @Override
    public void close() {
        Waiting.on("the bare Runtime API to close", vertx.close());
    }
}
