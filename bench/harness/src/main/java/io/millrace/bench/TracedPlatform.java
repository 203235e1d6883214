package io.millrace.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** The platform's pipe with traces, whose collector reads what comes and forgets it. */
final class TracedPlatform implements Lane {
    private final HttpServer collector;
    private final Lane platform;

    private TracedPlatform(HttpServer collector, Lane platform) {
        this.collector = collector;
        this.platform = platform;
    }

    /** @param sample which part of the traces is recorded, 0 to 1 */
    static Lane start(Surroundings on, String sample) {
        HttpServer collector = collector();
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        return new TracedPlatform(
                collector,
                on.platformPipe(Load.EVENTS, 1, Map.of("traces.endpoint", endpoint, "traces.sample", sample)));
    }

    private static HttpServer collector() {
        try {
            HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            collector.createContext("/", request -> {
                request.getRequestBody().readAllBytes();
                request.sendResponseHeaders(200, -1);
                request.close();
            });
            collector.start();
            return collector;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void resume() {
        platform.resume();
    }

    @Override
    public long completed() {
        return platform.completed();
    }

    @Override
    public void pause() {
        platform.pause();
    }

    @Override
    public void close() {
        platform.close();
        collector.stop(0);
    }
}
