package io.millrace.runtime.runtimeapi;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Passes payloads of a store on, of which a few chunks are in memory. Event loop only. */
final class RemotePayloads {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int SILENT_SECONDS = 120;
    private static final int NOT_FOUND = 404;

    private final Vertx vertx;
    private @Nullable HttpClient client;

    RemotePayloads(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Sends all of it with its length; where it fails before the first byte, the response is as it was. Succeeds also
     * where nobody takes it any more. Whoever takes it slowly is limited by the time of its attempt alone.
     */
    Future<Void> send(RuntimePayload payload, HttpServerResponse response) {
        return client().request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(payload.place().toString())
                        .setFollowRedirects(false))
                .compose(request -> request.send())
                .timeout(SILENT_SECONDS, TimeUnit.SECONDS)
                .compose(found -> pass(found, payload, response));
    }

    private static Future<Void> pass(HttpClientResponse found, RuntimePayload payload, HttpServerResponse response) {
        String length = found.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (found.statusCode() != 200 || !Long.toString(payload.bytes()).equals(length)) {
            found.request().reset();
            return Future.failedFuture(complaint(found.statusCode(), length, payload));
        }
        response.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        Promise<Void> passed = Promise.promise();
        response.exceptionHandler(gone -> stop(found, passed));
        found.exceptionHandler(passed::tryFail)
                .endHandler(end -> response.end().onComplete(sent -> passed.tryComplete()))
                .handler(chunk -> {
                    response.write(chunk).onFailure(gone -> stop(found, passed));
                    if (response.writeQueueFull()) {
                        found.pause();
                        response.drainHandler(drained -> found.resume());
                    }
                });
        return passed.future();
    }

    private static String complaint(int status, String length, RuntimePayload payload) {
        if (status == 200) {
            return "it has " + length + " bytes, expected " + payload.bytes();
        }
        return status == NOT_FOUND ? "there is no such object" : "status " + status;
    }

    /** The runtime is gone, which its environment notices by itself. */
    private static void stop(HttpClientResponse found, Promise<Void> passed) {
        passed.tryComplete();
        found.request().reset();
    }

    private HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            made = vertx.createHttpClient(
                    new HttpClientOptions().setKeepAlive(false).setConnectTimeout(CONNECT_MILLIS));
            client = made;
        }
        return made;
    }

    void close() {
        if (client != null) {
            client.close();
        }
    }
}
