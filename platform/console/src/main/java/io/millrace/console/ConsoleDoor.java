package io.millrace.console;

import io.millrace.console.ConsoleFiles.ConsoleFile;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.Doorway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * The console at {@code /}, its files below {@code /console/}, and the pages' own operations. The files hold no secrets:
 * they are for everybody, what they show is asked of the guarded API.
 */
public final class ConsoleDoor implements Door {
    private static final String FOLDER = "/console/";
    private static final String INDEX = "index.html";

    /** Nothing of elsewhere, nothing inline, in no frame. */
    private static final String POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
            + " form-action 'self'; frame-ancestors 'none'";

    private final ConsoleFiles files = new ConsoleFiles();

    @Override
    public void mount(Doorway doorway) {
        Vertx vertx = doorway.vertx();
        Router router = doorway.unguarded();
        router.route("/")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> send(vertx, context, INDEX));
        router.route("/console/*")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> {
                    String path = String.valueOf(context.request().path());
                    String name = path.length() > FOLDER.length() ? path.substring(FOLDER.length()) : INDEX;
                    send(vertx, context, name);
                });
        new QueuesDoor().mount(doorway);
    }

    private void send(Vertx vertx, RoutingContext context, String name) {
        Optional<ConsoleFile> known = files.inMemory(name);
        if (known.isPresent()) {
            send(context.request(), known.get());
            return;
        }
        vertx.executeBlocking(() -> files.find(name), false)
                .onSuccess(found ->
                        found.ifPresentOrElse(file -> send(context.request(), file), () -> notFound(context.request())))
                .onFailure(context::fail);
    }

    private static void notFound(HttpServerRequest request) {
        secured(request.response())
                .setStatusCode(404)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end("The console has no such file.\n");
    }

    private static void send(HttpServerRequest request, ConsoleFile file) {
        HttpServerResponse response = secured(request.response())
                .putHeader(HttpHeaders.ETAG, file.etag())
                // Asked for again each time, so that a new server's pages are seen at once; unchanged ones cost no
                // body.
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (file.etag().equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
        if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(file.content().length))
                    .end();
        } else {
            response.end(Buffer.buffer(file.content()));
        }
    }

    private static HttpServerResponse secured(HttpServerResponse response) {
        return response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }
}
