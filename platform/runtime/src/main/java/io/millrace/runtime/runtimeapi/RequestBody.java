package io.millrace.runtime.runtimeapi;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the body of a request up to the limit of a payload; what is beyond is read and thrown away. */
final class RequestBody {
    private @Nullable Buffer collected;
    private boolean tooLarge;

    private RequestBody() {}

    /**
     * @param whenComplete called at the end of the body
     * @param whenBroken called instead if the connection ends before that
     */
    static void read(HttpServerRequest request, Consumer<RequestBody> whenComplete, Runnable whenBroken) {
        RequestBody body = new RequestBody();
        request.handler(body::append);
        request.exceptionHandler(broken -> whenBroken.run());
        request.endHandler(end -> whenComplete.accept(body));
    }

    boolean isTooLarge() {
        return tooLarge;
    }

    byte[] bytes() {
        return collected == null ? new byte[0] : collected.getBytes();
    }

    private void append(Buffer chunk) {
        Buffer before = collected;
        int length = chunk.length() + (before == null ? 0 : before.length());
        if (tooLarge || length > RuntimeApi.MAXIMUM_PAYLOAD_BYTES) {
            tooLarge = true;
            collected = null;
        } else {
            collected = before == null ? chunk : before.appendBuffer(chunk);
        }
    }
}
