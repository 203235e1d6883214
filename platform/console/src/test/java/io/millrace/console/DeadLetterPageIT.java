package io.millrace.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.function.FunctionHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The dead-letter page in a real browser: one run of browser/dead-letters.mjs, of which each test here is one part. What
 * it looked like is kept in target/console-dead-letters. DeadLettersDoorIT needs no browser.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before anything runs
class DeadLetterPageIT {
    private static final Path SCREENSHOTS =
            Path.of("target", "console-dead-letters").toAbsolutePath();
    private static final int EVENTS = 13;
    private static final String HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> fail";

    /** What the mended function served, by request id, and each time it did. */
    private static final Queue<Map.Entry<String, String>> SERVED = new ConcurrentLinkedQueue<>();

    private static Set<String> died;
    private static long leftDead;
    private static JsonNode seen;

    @BeforeAll
    static void use(@TempDir Path data) throws IOException, InterruptedException {
        HeadlessBrowser browser = HeadlessBrowser.installed();
        Files.createDirectories(SCREENSHOTS);
        Files.deleteIfExists(SCREENSHOTS.resolve("results.json"));
        try (ConsoleServer server = ConsoleServer.start(data)) {
            server.millrace().deploy("orders", new Shout(), DeadLetterPageIT::once);
            String hostile = server.millrace().publish("orders", HOSTILE).join();
            died = IntStream.range(0, EVENTS)
                    .mapToObj(event -> server.millrace().publish("orders", "{\"fail\":" + event + "}"))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .collect(Collectors.toCollection(ConcurrentHashMap::newKeySet));
            await().atMost(Duration.ofMinutes(1)).until(() -> dead(server) == EVENTS + 1);
            server.millrace().deploy("orders", mended(), DeadLetterPageIT::once);
            browser.drive(
                    "/browser/dead-letters.mjs", SCREENSHOTS, server.url().toString(), SCREENSHOTS.toString(), hostile);
            leftDead = dead(server);
        }
        seen = new ObjectMapper().readTree(SCREENSHOTS.resolve("results.json").toFile());
    }

    private static FunctionDefinition once(FunctionDefinition definition) {
        return definition.withAsync(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumRetryAttempts(0));
    }

    private static FunctionHandler mended() {
        return (event, context) -> {
            SERVED.add(Map.entry(context.requestId(), new String(event, UTF_8)));
            return event;
        };
    }

    private static long dead(ConsoleServer server) {
        return ConsoleServer.json(server.get("/_millrace/stats"))
                .at("/functions/orders/deadLettered")
                .asLong();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queues",
                "groups",
                "letters",
                "compared",
                "hostile",
                "edited",
                "redriven",
                "history",
                "phone",
                "kept",
                "quiet"
            })
    void each_part_of_the_page_did_as_it_should(String step) {
        assertThat(seen.path(step).asText("not tried")).isEqualTo("ok");
    }

    @Test
    void counted_from_outside_each_letter_was_served_once_the_edited_one_as_edited_and_the_hostile_one_stayed() {
        // When
        List<String> ids = SERVED.stream().map(Map.Entry::getKey).toList();
        List<String> edited = SERVED.stream()
                .filter(each -> !died.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        // Then
        assertThat(ids).doesNotHaveDuplicates().hasSize(EVENTS);
        assertThat(new TreeSet<>(ids))
                .hasSize(EVENTS)
                .filteredOn(died::contains)
                .hasSize(EVENTS - 1);
        assertThat(edited).containsExactly("{\"mended\":true}");
        assertThat(leftDead).isEqualTo(1);
    }
}
