package io.millrace.runtime.scalingapi;

import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.scaling.ScalingFloor;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** The API on a free port, with the real registry behind it. */
final class ScalingDoor implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00.250Z");

    final ScalingFloor floor;
    final URI address;
    final AccessControl access;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    ScalingDoor(Path data) {
        this.floor = new ScalingFloor(data, InstantSource.fixed(NOW));
        Router router = Router.router(floor.vertx);
        this.access = new AccessControl(
                floor.registry.documents(), Settings.defaults().identity(), InstantSource.system());
        new ScalingApi(floor.scaling, Settings.defaults().identity(), access).mount(router);
        HttpServer server = ScalingFloor.await(
                floor.vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        this.address = URI.create("http://127.0.0.1:" + server.actualPort());
    }

    HttpResponse<String> call(String operation, String body) {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/"))
                .header("X-Amz-Target", "AnyScaleFrontendService." + operation)
                .header("Content-Type", "application/x-amz-json-1.1")
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        floor.close();
    }
}
