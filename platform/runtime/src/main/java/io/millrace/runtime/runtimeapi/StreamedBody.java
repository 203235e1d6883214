package io.millrace.runtime.runtimeapi;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Hands the body of a request on as it arrives, and does not read on from the socket while it cannot be taken: that is
 * what makes a function wait whose caller is slow. Event loop only.
 */
final class StreamedBody {
    private final HttpServerRequest request;
    private final ResponseTaker taker;
    private final BooleanSupplier isWanted;
    private final Context context;
    private long received;

    private StreamedBody(HttpServerRequest request, ResponseTaker taker, BooleanSupplier isWanted) {
        this.request = request;
        this.taker = taker;
        this.isWanted = isWanted;
        this.context = Vertx.currentContext();
    }

    /**
     * @param isWanted whether what arrives is still to be handed on; the rest is read and thrown away
     * @param whenComplete called at the end of the body, with whether it was too large
     * @param whenBroken called instead if the connection ends before that
     */
    static void read(
            HttpServerRequest request,
            ResponseTaker taker,
            BooleanSupplier isWanted,
            Consumer<Boolean> whenComplete,
            Runnable whenBroken) {
        StreamedBody body = new StreamedBody(request, taker, isWanted);
        request.handler(body::arrived);
        request.exceptionHandler(broken -> whenBroken.run());
        request.endHandler(end -> whenComplete.accept(body.isTooLarge()));
    }

    private boolean isTooLarge() {
        return received > taker.maximumBytes();
    }

    private void arrived(Buffer chunk) {
        received += chunk.length();
        if (chunk.length() == 0 || isTooLarge() || !isWanted.getAsBoolean()) {
            return;
        }
        taker.take(chunk.getBytes());
        if (taker.isFull()) {
            request.pause();
            taker.whenWritable(() -> context.runOnContext(now -> request.resume()));
        }
    }
}
