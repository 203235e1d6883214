package io.millrace.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The dead-letter page over a million dead letters, in a real browser; minutes, and so with -Psoak only. Prints what it
 * took, and asserts nothing of it: that depends on the machine. The server is started anew when they are there.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@EnabledIfSystemProperty(named = "millrace.soak", matches = "true")
class MillionDeadLettersIT {
    private static final Path SCREENSHOTS = Path.of("target", "console-million").toAbsolutePath();
    private static final int MILLION = 1_000_000;
    private static final int RUNS = 3;

    @Test
    void the_page_shows_rows_a_plan_and_exact_counts_of_a_million() throws IOException, InterruptedException {
        // Given
        HeadlessBrowser browser = HeadlessBrowser.installed();
        Files.createDirectories(SCREENSHOTS);
        // Not in /tmp, which may be memory.
        Path data = Files.createTempDirectory(SCREENSHOTS, "data");
        try {
            try (ConsoleServer server = start(data)) {
                ManyDeadLetters.write(server.millrace().brokerUrl(), "orders", MILLION);
            }
            // When
            measure(browser, data, RUNS);
        } finally {
            delete(data);
        }
        // Then
        JsonNode results = read("results.json");
        assertThat(results).hasSize(RUNS).allSatisfy(run -> assertThat(run.asText())
                .isEqualTo("ok"));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private static ConsoleServer start(Path data) {
        ConsoleServer server = ConsoleServer.start(data);
        server.millrace().deploy("orders", new Shout());
        return server;
    }

    private static void measure(HeadlessBrowser browser, Path data, int runs) throws IOException, InterruptedException {
        try (ConsoleServer server = start(data)) {
            browser.drive(
                    "/browser/million.mjs",
                    SCREENSHOTS,
                    server.url().toString(),
                    SCREENSHOTS.toString(),
                    String.valueOf(runs));
        }
        read("times.json")
                .properties()
                .forEach(each -> System.out.println("MEASURED " + each.getKey() + " " + each.getValue() + " ms"));
        System.out.println("# load "
                + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() + " on "
                + Runtime.getRuntime().availableProcessors() + " processors");
    }

    private static JsonNode read(String name) throws IOException {
        return new ObjectMapper().readTree(SCREENSHOTS.resolve(name).toFile());
    }
}
