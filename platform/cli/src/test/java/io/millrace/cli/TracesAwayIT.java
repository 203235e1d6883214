package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A packaged server whose traces go to a collector that takes them, or does not. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class TracesAwayIT {
    private static final String WARNING = "traces are not taken";
    private static final String ECHO =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.util.Map;

            public final class Echo implements RequestHandler<Map<String, Object>, Map<String, Object>> {
                @Override
                public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
                    return event;
                }
            }
            """;

    @TempDir
    Path directory;

    private void create(CliProcess server) {
        Path jar = FunctionJar.of(directory, "Echo", ECHO);
        CliCall created = CliCall.run(
                "function", "create", "echo", "--jar", jar, "--handler", "Echo", "--server", server.listens("http"));
        assertThat(created.exitCode()).as(created.err()).isZero();
    }

    private static void invoke(CliProcess server) {
        CliCall invoked = CliCall.run("invoke", "echo", "{\"n\":1}", "--server", server.listens("http"));
        assertThat(invoked.exitCode()).as(invoked.err()).isZero();
    }

    private static long warnings(CliProcess server) {
        return server.err().lines().filter(line -> line.contains(WARNING)).count();
    }

    @Test
    void a_collector_that_takes_nothing_costs_one_warning_and_gets_what_comes_when_it_does() throws IOException {
        AtomicInteger status = new AtomicInteger(400);
        List<String> taken = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", request -> {
            String spans = new String(request.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            request.sendResponseHeaders(status.get(), -1);
            request.close();
            if (status.get() == 200) {
                taken.add(spans);
            }
        });
        collector.start();
        try (CliProcess server = CliProcess.server(
                directory.resolve("data"),
                "--set",
                "traces.endpoint=http://127.0.0.1:" + collector.getAddress().getPort())) {
            create(server);
            invoke(server);
            await().atMost(CliProcess.PATIENCE).until(() -> warnings(server) > 0);

            status.set(200);
            invoke(server);
            await().atMost(CliProcess.PATIENCE)
                    .until(() -> String.join("", taken).contains("accept echo")
                            && String.join("", taken).contains("invoke echo"));

            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(warnings(server)).isEqualTo(1);
            assertThat(server.err()).hasLineCount(1);
        } finally {
            collector.stop(0);
        }
    }
}
