package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A function's response as the events PayloadChunk and, at the end, one InvokeComplete (lambda-semantics 1.9). What the
 * function calls its content is not told: the response's own content type is that of the events. Event loop only.
 */
final class EventStreamResponse implements ResponseStream {
    private final HttpServerResponse response;
    private @Nullable Runnable drained;

    EventStreamResponse(HttpServerResponse response) {
        this.response = response;
        response.closeHandler(closed -> resume());
        response.exceptionHandler(broken -> resume());
    }

    boolean hasBegun() {
        return response.headWritten();
    }

    @Override
    public void begin(String executedVersion, String contentType) {
        if (isGone()) {
            return;
        }
        response.setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", "application/vnd.amazon.eventstream")
                .putHeader("X-Amz-Executed-Version", executedVersion)
                .writeHead();
    }

    @Override
    public void chunk(Buffer bytes) {
        write(EventStreamMessage.bytes("PayloadChunk", bytes));
    }

    @Override
    public boolean isFull() {
        return !isGone() && response.writeQueueFull();
    }

    @Override
    public void whenDrained(Runnable resume) {
        if (!isFull()) {
            resume.run();
            return;
        }
        drained = resume;
        response.drainHandler(empty -> resume());
    }

    private void resume() {
        Runnable waiting = drained;
        drained = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    @Override
    public boolean isGone() {
        return response.closed() || response.ended();
    }

    /** @param error how the function failed; its code is what Invoke has in X-Amz-Function-Error */
    void complete(Optional<FunctionError> error, Optional<byte[]> logTail) {
        ObjectNode complete = Json.object();
        error.ifPresent(failed -> complete.put("ErrorCode", "Unhandled")
                .put("ErrorDetails", new String(failed.payload(), StandardCharsets.UTF_8)));
        logTail.ifPresent(tail -> complete.put("LogResult", Base64.getEncoder().encodeToString(tail)));
        end(EventStreamMessage.json("InvokeComplete", Json.bytes(complete)));
    }

    /** The rest of the response cannot be had. */
    void breakOff(LambdaApiException why) {
        end(EventStreamMessage.error(why.code(), why.text()));
    }

    private void write(Buffer message) {
        if (!isGone()) {
            response.write(message);
        }
    }

    private void end(Buffer message) {
        if (!isGone()) {
            response.end(message);
        }
    }
}
