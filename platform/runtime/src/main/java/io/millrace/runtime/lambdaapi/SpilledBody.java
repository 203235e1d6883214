package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.payloads.IncomingPayload;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body that is kept in memory up to a limit, and is written to a file as it comes where it is larger. Event loop
 * only.
 */
final class SpilledBody {
    private final HttpServerRequest request;
    private final String name;
    private final int inMemory;
    private final PayloadStore store;
    private final LongFunction<LambdaApiException> tooLarge;
    private final Promise<Payload> whole = Promise.promise();
    private Buffer head = Buffer.buffer();
    private @Nullable IncomingPayload file;
    private long received;
    private boolean ended;

    private SpilledBody(
            HttpServerRequest request,
            String name,
            int inMemory,
            PayloadStore store,
            LongFunction<LambdaApiException> tooLarge) {
        this.request = request;
        this.name = name;
        this.inMemory = inMemory;
        this.store = store;
        this.tooLarge = tooLarge;
    }

    /**
     * @param name of the file, if there will be one
     * @param inMemory bytes that are kept in memory at most
     * @param tooLarge makes the refusal of what is larger than the store takes, from the number of bytes that came
     */
    static Future<Payload> read(
            HttpServerRequest request,
            String name,
            int inMemory,
            PayloadStore store,
            LongFunction<LambdaApiException> tooLarge) {
        long announced = BoundedBody.announcedLength(request);
        if (announced > store.maxBytes()) {
            return Future.failedFuture(tooLarge.apply(announced));
        }
        SpilledBody body = new SpilledBody(request, name, inMemory, store, tooLarge);
        request.handler(body::receive).endHandler(body::end).exceptionHandler(broken -> body.breakOff());
        if (announced > inMemory) {
            body.spill(announced);
        } else {
            body.welcome();
        }
        return body.whole.future();
    }

    /** A caller that asked first whether to send the body waits for this. */
    private void welcome() {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    private void receive(Buffer chunk) {
        received += chunk.length();
        IncomingPayload open = file;
        if (ended) {
            return; // Refused; what still comes is thrown away until the connection is closed.
        }
        if (received > store.maxBytes()) {
            fail(tooLarge.apply(received));
        } else if (open != null) {
            write(open, chunk);
        } else {
            head.appendBuffer(chunk);
            if (received > inMemory) {
                spill(0);
            }
        }
    }

    private void write(IncomingPayload open, Buffer chunk) {
        open.write(chunk);
        if (open.isFull()) {
            request.pause();
            open.onDrain(drained -> request.resume());
        }
    }

    private void spill(long announced) {
        request.pause();
        store.begin(name, announced).onComplete(begun -> {
            if (begun.failed()) {
                fail(begun.cause());
            } else if (ended) {
                begun.result().abandon(); // The caller went away meanwhile.
            } else {
                continueIn(begun.result());
            }
        });
    }

    private void continueIn(IncomingPayload opened) {
        file = opened;
        opened.whenBroken().onFailure(this::fail);
        if (head.length() > 0) {
            opened.write(head);
            head = Buffer.buffer();
        } else {
            welcome();
        }
        request.resume();
    }

    private void end(Void nothing) {
        if (ended) {
            return;
        }
        ended = true;
        if (file == null) {
            whole.complete(Payload.inMemory(head.getBytes()));
        } else {
            file.finish().map(Payload::inFile).onComplete(whole);
        }
    }

    private void fail(Throwable why) {
        if (ended) {
            return;
        }
        ended = true;
        head = Buffer.buffer();
        if (file != null) {
            file.abandon();
        }
        whole.tryFail(why);
        request.resume();
    }

    private void breakOff() {
        fail(new InvalidRequestContentException("The request body broke off after " + received + " bytes."));
    }
}
