package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.payloads.IncomingPayload;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body that is kept in memory up to a limit, and is written to a file as it comes where it is larger. One that
 * is refused is read on for a while and thrown away, as by {@link BoundedBody}. Event loop only.
 */
final class SpilledBody {
    private final Vertx vertx;
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
    private @Nullable Throwable refusal;
    private long thrownAway;

    private SpilledBody(
            Vertx vertx,
            HttpServerRequest request,
            String name,
            int inMemory,
            PayloadStore store,
            LongFunction<LambdaApiException> tooLarge) {
        this.vertx = vertx;
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
            Vertx vertx,
            HttpServerRequest request,
            String name,
            int inMemory,
            PayloadStore store,
            LongFunction<LambdaApiException> tooLarge) {
        long announced = BoundedBody.announcedLength(request);
        SpilledBody body = new SpilledBody(vertx, request, name, inMemory, store, tooLarge);
        request.handler(body::receive).endHandler(body::end).exceptionHandler(broken -> body.breakOff());
        if (announced > store.maxBytes()) {
            body.refuseAnnounced(announced);
        } else if (announced > inMemory) {
            body.spill(announced);
        } else {
            body.welcome();
        }
        return body.whole.future();
    }

    private void refuseAnnounced(long announced) {
        if (announced > store.maxBytes() + BoundedBody.THROWN_AWAY_AT_MOST) {
            whole.tryFail(tooLarge.apply(announced));
        } else {
            refuse(tooLarge.apply(announced));
        }
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
        if (refusal != null) {
            throwAway(chunk);
        } else if (received > store.maxBytes()) {
            refuse(tooLarge.apply(received));
        } else if (open != null) {
            write(open, chunk);
        } else {
            head.appendBuffer(chunk);
            if (received > inMemory) {
                spill(0);
            }
        }
    }

    private void throwAway(Buffer chunk) {
        thrownAway += chunk.length();
        if (thrownAway > BoundedBody.THROWN_AWAY_AT_MOST) {
            answerRefusal();
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
                refuse(begun.cause());
            } else if (ended || refusal != null) {
                begun.result().abandon(); // The caller went away meanwhile.
            } else {
                continueIn(begun.result());
            }
        });
    }

    private void continueIn(IncomingPayload opened) {
        file = opened;
        opened.whenBroken().onFailure(this::refuse);
        if (head.length() > 0) {
            opened.write(head);
            head = Buffer.buffer();
        } else {
            welcome();
        }
        request.resume();
    }

    private void end(Void nothing) {
        if (refusal != null) {
            answerRefusal();
        } else if (file == null) {
            whole.tryComplete(Payload.inMemory(head.getBytes()));
        } else {
            file.finish().map(Payload::inFile).onComplete(whole);
        }
        ended = true;
    }

    private void refuse(Throwable why) {
        if (ended || refusal != null) {
            return; // Then whoever finishes the file tells.
        }
        refusal = why;
        head = Buffer.buffer();
        if (file != null) {
            file.abandon();
        }
        if (waitsToSend()) {
            answerRefusal();
        } else {
            vertx.setTimer(BoundedBody.THROWN_AWAY_FOR_AT_MOST_MILLIS, late -> answerRefusal());
        }
        request.resume();
    }

    /** The caller asked first, and has not been told to send anything. */
    private boolean waitsToSend() {
        return received == 0 && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    private void answerRefusal() {
        if (refusal != null) {
            whole.tryFail(refusal);
        }
    }

    private void breakOff() {
        refuse(new InvalidRequestContentException("The request body broke off after " + received + " bytes."));
        answerRefusal();
    }
}
