package io.millrace.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.Tracer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
class TraceExportTest {
    private static final int MANY = 100_000;

    private static URI at(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static InetSocketAddress free() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Test
    void spans_come_to_a_collector_at_its_usual_path() throws IOException {
        List<String> came = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(free(), 0);
        collector.createContext("/", request -> {
            String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            came.add(request.getRequestURI() + " " + request.getRequestHeaders().getFirst("Content-Type") + " " + body);
            request.sendResponseHeaders(200, -1);
            request.close();
        });
        collector.start();
        try (TraceExport export = TraceExport.to(at(collector.getAddress().getPort()))) {
            export.getTracer("test").spanBuilder("accept orders").startSpan().end();

            await().atMost(Duration.ofMinutes(1)).until(() -> !came.isEmpty());
            assertThat(came.get(0))
                    .startsWith("/v1/traces application/x-protobuf ")
                    .contains("accept orders", "service.name", "millrace");
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void a_path_of_the_collector_is_kept() {
        assertThat(TraceExport.target(URI.create("https://traces.example/otlp/in")))
                .isEqualTo(URI.create("https://traces.example/otlp/in"));
        assertThat(TraceExport.target(URI.create("http://[::1]:4318/")))
                .isEqualTo(URI.create("http://[::1]:4318/v1/traces"));
    }

    @Test
    void a_collector_that_takes_connections_and_never_answers_keeps_nobody_waiting() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            TraceExport export = TraceExport.to(at(silent.getLocalPort()));
            Tracer tracer = export.getTracer("test");

            long begun = System.nanoTime();
            for (int each = 0; each < MANY; each++) {
                tracer.spanBuilder("accept orders").startSpan().end();
            }
            export.close();

            // Each export alone would be waited for 10 s, and there are ten times as many spans as have room.
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
        }
    }
}
