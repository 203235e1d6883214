package io.millrace.runtime.functionurl;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads a body of bounded size and never keeps more than the limit. One that is somewhat too large is read to its end
 * and thrown away, because many clients look for the answer only once they have sent everything; one that goes on and
 * on is refused in the middle. Event loop only.
 */
final class RequestBody {
    private static final long THROWN_AWAY_AT_MOST = 16L * 1024 * 1024;
    private static final long THROWN_AWAY_FOR_AT_MOST_MILLIS = 5000;

    private final Vertx vertx;
    private final int limit;
    private final Promise<byte[]> whole = Promise.promise();
    private Buffer kept = Buffer.buffer();
    private long received;

    private RequestBody(Vertx vertx, int limit) {
        this.vertx = vertx;
        this.limit = limit;
    }

    /** @return fails with UrlRefusal for a body that is too large or breaks off */
    static Future<byte[]> read(Vertx vertx, HttpServerRequest request, int limit) {
        long announced = announcedLength(request);
        boolean asksFirst = "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
        if (announced > limit + THROWN_AWAY_AT_MOST || (asksFirst && announced > limit)) {
            return Future.failedFuture(UrlRefusal.tooLarge(limit));
        }
        if (asksFirst) {
            request.response().writeContinue();
        }
        RequestBody body = new RequestBody(vertx, limit);
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
        whole.tryFail(UrlRefusal.tooLarge(limit));
    }

    /** The connection is gone, or the chunks make no sense; whoever is still there is told so. */
    private void breakOff() {
        whole.tryFail(UrlRefusal.brokenBody(received));
    }

    private static long announcedLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException beyondLong) {
            return Long.MAX_VALUE;
        }
    }
}
