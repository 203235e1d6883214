package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongFunction;

/**
 * Reads a body of bounded size and never keeps more than the limit. A body that is somewhat too large is read to its
 * end and thrown away, because many clients look for the answer only once they have sent everything; one that goes on
 * and on is refused in the middle. Event loop only.
 */
final class BoundedBody {
    static final long THROWN_AWAY_AT_MOST = 16L * 1024 * 1024;
    static final long THROWN_AWAY_FOR_AT_MOST_MILLIS = 5000;

    private final Vertx vertx;
    private final int limit;
    private final LongFunction<LambdaApiException> tooLarge;
    private final Promise<byte[]> whole = Promise.promise();
    private Buffer kept = Buffer.buffer();
    private long received;

    private BoundedBody(Vertx vertx, int limit, LongFunction<LambdaApiException> tooLarge) {
        this.vertx = vertx;
        this.limit = limit;
        this.tooLarge = tooLarge;
    }

    static Future<byte[]> read(
            Vertx vertx, HttpServerRequest request, int limit, LongFunction<LambdaApiException> tooLarge) {
        long announced = announcedLength(request);
        if (announced > limit + THROWN_AWAY_AT_MOST) {
            return Future.failedFuture(tooLarge.apply(announced));
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            if (announced > limit) {
                return Future.failedFuture(tooLarge.apply(announced));
            }
            request.response().writeContinue();
        }
        BoundedBody body = new BoundedBody(vertx, limit, tooLarge);
        request.handler(body::receive).endHandler(body::end).exceptionHandler(broken -> body.breakOff());
        return body.whole.future();
    }

    private void receive(Buffer chunk) {
        boolean wasWithin = received <= limit;
        received += chunk.length();
        if (received <= limit) {
            kept.appendBuffer(chunk);
        } else if (received > limit + THROWN_AWAY_AT_MOST) {
            refuse();
        } else if (wasWithin) {
            kept = Buffer.buffer();
            vertx.setTimer(THROWN_AWAY_FOR_AT_MOST_MILLIS, timer -> refuse());
        }
    }

    private void end(Void nothing) {
        if (received > limit) {
            refuse();
        } else {
            whole.tryComplete(kept.getBytes());
        }
    }

    private void refuse() {
        whole.tryFail(tooLarge.apply(received));
    }

    /** The connection is gone, or the chunks make no sense; whoever is still there is told so. */
    private void breakOff() {
        whole.tryFail(new InvalidRequestContentException("The request body broke off after " + received + " bytes."));
    }

    /** 0 where the request does not say. */
    static long announcedLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException beyondLong) {
            return Long.MAX_VALUE;
        }
    }
}
