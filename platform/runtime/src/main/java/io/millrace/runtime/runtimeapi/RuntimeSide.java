package io.millrace.runtime.runtimeapi;

import static io.millrace.runtime.runtimeapi.RuntimePhase.INIT_ERROR;
import static io.millrace.runtime.runtimeapi.RuntimePhase.READY;
import static io.millrace.runtime.runtimeapi.RuntimePhase.RESPONDING;
import static io.millrace.runtime.runtimeapi.RuntimePhase.RESPONSE_SENT;
import static io.millrace.runtime.runtimeapi.RuntimePhase.RUNNING;
import static io.millrace.runtime.runtimeapi.RuntimePhase.STARTED;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The conversation with the runtime. Event loop only. */
@SuppressWarnings("ReferenceEquality") // An invocation is this one or another, whatever is in it.
final class RuntimeSide {
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("Lambda-Runtime-Aws-Request-Id");
    private static final CharSequence DEADLINE = HttpHeaders.createOptimized("Lambda-Runtime-Deadline-Ms");
    private static final CharSequence ARN = HttpHeaders.createOptimized("Lambda-Runtime-Invoked-Function-Arn");
    private static final CharSequence TRACE = HttpHeaders.createOptimized("Lambda-Runtime-Trace-Id");
    private static final CharSequence CLIENT = HttpHeaders.createOptimized("Lambda-Runtime-Client-Context");
    private static final CharSequence INVOCATION_ID = HttpHeaders.createOptimized("Lambda-Runtime-Invocation-Id");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final String RESPONSE_MODE = "Lambda-Runtime-Function-Response-Mode";
    private static final String TOO_LARGE = "Function.ResponseSizeTooLarge";
    private static final String UNAVAILABLE = "Runtime.PayloadUnavailable";
    private static final byte[] NOTHING = {};
    private static final String ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
    private static final String ERROR_BODY = "Lambda-Runtime-Function-Error-Body";

    private final RuntimeApiListener listener;
    private final RemotePayloads remote;
    private final Runnable whenWaiting;
    private RuntimePhase phase = STARTED;
    private @Nullable HttpServerResponse waiting;
    private @Nullable RuntimeInvocation current;
    private String invocationId = "";

    RuntimeSide(RuntimeApiListener listener, RemotePayloads remote, Runnable whenWaiting) {
        this.listener = listener;
        this.remote = remote;
        this.whenWaiting = whenWaiting;
    }

    void begin() {
        phase = STARTED;
        waiting = null;
        current = null;
    }

    boolean isWaiting() {
        return phase == READY && waiting != null;
    }

    void invoke(RuntimeInvocation invocation) {
        HttpServerResponse response = waiting;
        if (response == null) {
            return; // It hung up after it had asked: it is dying, which its environment will notice.
        }
        waiting = null;
        phase = RUNNING;
        current = invocation;
        invocationId = Long.toHexString(ThreadLocalRandom.current().nextLong());
        response.putHeader(REQUEST_ID, invocation.requestId())
                .putHeader(DEADLINE, Long.toString(invocation.deadline().toEpochMilli()))
                .putHeader(ARN, invocation.functionArn())
                .putHeader(INVOCATION_ID, invocationId)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        invocation.traceHeader().ifPresent(trace -> response.putHeader(TRACE, trace));
        invocation.clientContext().ifPresent(context -> response.putHeader(CLIENT, context));
        Optional<RuntimePayload> stored = invocation.stored();
        if (stored.isPresent()) {
            send(stored.get(), response).onFailure(unread -> unsent(response, invocation, stored.get(), unread));
        } else {
            response.end(Buffer.buffer(invocation.payload()));
        }
    }

    /** Straight to the socket, with its length; the runtime knows no other form of a body. */
    private Future<Void> send(RuntimePayload stored, HttpServerResponse response) {
        return stored.isFile() ? response.sendFile(stored.file().toString()) : remote.send(stored, response);
    }

    /** The runtime goes on waiting for what it can have; or it hung up, which its environment will notice. */
    private void unsent(
            HttpServerResponse response, RuntimeInvocation invocation, RuntimePayload stored, Throwable why) {
        boolean isBegun = response.headWritten();
        if (current != invocation || response.closed() || (isBegun && stored.isFile())) {
            return; // It is the runtime that went away.
        }
        current = null;
        phase = RESPONSE_SENT;
        listener.failed(invocation.requestId(), unavailable(stored, why));
        if (isBegun) {
            response.reset(); // It has a part, and must not take that for all.
            return;
        }
        response.headers().remove(HttpHeaders.CONTENT_LENGTH);
        phase = READY;
        waiting = response;
        whenWaiting.run();
    }

    private static RuntimeFailure unavailable(RuntimePayload stored, Throwable why) {
        JsonObject body = new JsonObject()
                .put("errorType", UNAVAILABLE)
                .put("errorMessage", "The event's payload cannot be read from " + stored + ": " + why.getMessage());
        return new RuntimeFailure(UNAVAILABLE, body.toBuffer().getBytes());
    }

    void withdraw() {
        current = null;
    }

    void next(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        boolean allowed = phase == STARTED || phase == RESPONSE_SENT || (phase == READY && waiting == null);
        if (!allowed) {
            Replies.invalidTransition(response, phase, READY.wireName());
            return;
        }
        phase = READY;
        waiting = response;
        response.closeHandler(closed -> forget(response));
        whenWaiting.run();
    }

    void response(HttpServerRequest request, String requestId) {
        RuntimeInvocation invocation = admit(request, requestId);
        if (invocation == null) {
            return;
        }
        phase = RESPONDING;
        Optional<ResponseTaker> taker =
                isStreamed(request) ? listener.streams(requestId, contentType(request)) : Optional.empty();
        if (taker.isPresent()) {
            stream(request, invocation, taker.get());
        } else {
            RequestBody.read(request, body -> responded(request, invocation, body), () -> brokeOff(invocation));
        }
    }

    private static String contentType(HttpServerRequest request) {
        String told = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return told == null ? "" : told;
    }

    private static boolean isStreamed(HttpServerRequest request) {
        return "streaming".equalsIgnoreCase(request.getHeader(RESPONSE_MODE));
    }

    private void stream(HttpServerRequest request, RuntimeInvocation invocation, ResponseTaker taker) {
        StreamedBody.read(
                request,
                taker,
                () -> current == invocation,
                tooLarge -> end(
                        request,
                        invocation,
                        NOTHING,
                        tooLarge ? tooLarge(taker.maximumBytes()) : reported(request),
                        reply(tooLarge)),
                () -> truncated(invocation));
    }

    /** What was sent of it cannot be taken back, so it cannot be answered once more either. */
    private void truncated(RuntimeInvocation invocation) {
        if (current == invocation) {
            current = null;
            phase = RESPONSE_SENT;
            listener.failed(
                    invocation.requestId(),
                    new RuntimeFailure(
                            "Runtime.TruncatedResponse",
                            ("{\"errorType\":\"Runtime.TruncatedResponse\",\"errorMessage\":\"RequestId: "
                                            + invocation.requestId() + " Error: Runtime truncated its response\"}")
                                    .getBytes(StandardCharsets.UTF_8)));
        }
    }

    void error(HttpServerRequest request, String requestId) {
        RuntimeInvocation invocation = admit(request, requestId);
        if (invocation == null) {
            return;
        }
        phase = RESPONDING;
        RequestBody.read(
                request,
                body -> end(
                        request,
                        invocation,
                        body.bytes(),
                        body.isTooLarge() ? tooLarge(RuntimeApi.MAXIMUM_PAYLOAD_BYTES) : failure(request, body.bytes()),
                        reply(body.isTooLarge())),
                () -> brokeOff(invocation));
    }

    void initError(HttpServerRequest request) {
        if (phase != STARTED) {
            Replies.invalidTransition(request.response(), phase, INIT_ERROR.wireName());
            return;
        }
        phase = INIT_ERROR;
        report(request, listener::initFailed);
    }

    private static void report(HttpServerRequest request, Consumer<RuntimeFailure> receiver) {
        RequestBody.read(
                request,
                body -> {
                    Replies.accepted(request.response());
                    receiver.accept(failure(request, body.bytes()));
                },
                () -> {}); // Its process is dying; that is reported by who watches it.
    }

    private void forget(HttpServerResponse response) {
        if (waiting == response) {
            waiting = null;
        }
    }

    private @Nullable RuntimeInvocation admit(HttpServerRequest request, String requestId) {
        RuntimeInvocation invocation = current;
        String echoed = request.getHeader(INVOCATION_ID);
        if (phase != RUNNING) {
            Replies.invalidTransition(request.response(), phase, RESPONDING.wireName());
        } else if (invocation == null || !invocation.requestId().equals(requestId)) {
            Replies.invalidRequestId(request.response());
        } else if (echoed != null && !echoed.equals(invocationId)) {
            Replies.invalidInvocationId(request.response());
        } else {
            return invocation;
        }
        return null;
    }

    private void brokeOff(RuntimeInvocation invocation) {
        if (current == invocation) {
            phase = RUNNING;
        }
    }

    private void responded(HttpServerRequest request, RuntimeInvocation invocation, RequestBody body) {
        RuntimeFailure failure = body.isTooLarge() ? tooLarge(RuntimeApi.MAXIMUM_PAYLOAD_BYTES) : reported(request);
        end(request, invocation, body.bytes(), failure, reply(body.isTooLarge()));
    }

    /** What the trailers tell of an answer that broke off; null if nothing. */
    private static @Nullable RuntimeFailure reported(HttpServerRequest request) {
        String brokenOff = Trailers.get(request, ERROR_TYPE);
        return brokenOff.isEmpty() ? null : new RuntimeFailure(brokenOff, decode(Trailers.get(request, ERROR_BODY)));
    }

    private void end(
            HttpServerRequest request,
            RuntimeInvocation invocation,
            byte[] response,
            @Nullable RuntimeFailure failure,
            Consumer<HttpServerResponse> reply) {
        phase = RESPONSE_SENT;
        if (current != invocation) { // It was withdrawn while the answer was arriving.
            Replies.invalidRequestId(request.response());
            return;
        }
        current = null;
        reply.accept(request.response());
        if (failure == null) {
            listener.responded(invocation.requestId(), response);
        } else {
            listener.failed(invocation.requestId(), failure);
        }
    }

    private static Consumer<HttpServerResponse> reply(boolean tooLarge) {
        return tooLarge ? Replies::tooLarge : Replies::accepted;
    }

    private static RuntimeFailure tooLarge(long maximumBytes) {
        String body = "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (" + maximumBytes
                + " bytes).\",\"errorType\":\"" + TOO_LARGE + "\"}";
        return new RuntimeFailure(TOO_LARGE, body.getBytes(StandardCharsets.UTF_8));
    }

    private static RuntimeFailure failure(HttpServerRequest request, byte[] body) {
        String type = request.getHeader(ERROR_TYPE);
        return new RuntimeFailure(type == null ? "" : type, body);
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            return base64.getBytes(StandardCharsets.UTF_8);
        }
    }
}
