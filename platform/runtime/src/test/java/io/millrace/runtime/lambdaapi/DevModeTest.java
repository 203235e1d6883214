package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.devmode.DevMode;
import io.millrace.runtime.registry.Archives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DevModeTest {
    private static final String DEV = "/_millrace/dev";
    private static final String ORDERS = DEV + "/functions/orders";

    private final Path directory;
    private final Door door;

    DevModeTest(@TempDir Path directory) {
        this.directory = directory;
        this.door = new Door(directory).with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static String source(Path path) {
        return "{\"source\": \"" + path + "\"}";
    }

    private String revision() {
        return door.get("/2015-03-31/functions/orders/configuration")
                .json()
                .path("RevisionId")
                .asText();
    }

    @Test
    void without_development_mode_there_are_no_such_addresses() {
        assertThat(door.get(DEV).refusal()).startsWith("404 ").contains("no operation GET " + DEV);
        assertThat(door.put(ORDERS, source(directory)).refusal())
                .startsWith("404 ")
                .contains("no operation PUT " + ORDERS);
    }

    @Test
    void once_it_is_closed_they_are_gone_again() {
        door.inDevMode(directory.resolve("memory.json")).close();

        assertThat(door.get(DEV).status()).isEqualTo(404);
    }

    @Test
    void a_source_that_is_told_is_remembered_and_watched() throws IOException {
        // Given
        Path jar = Files.write(directory.resolve("orders.jar"), Archives.with("a.py", "one"));
        Path memory = directory.resolve("memory.json");
        try (DevMode running = door.inDevMode(memory)) {
            assertThat(running).isNotNull();
            assertThat(door.get(DEV).body()).isEqualTo("{\"dev\":true}");
            String before = revision();
            // When
            assertThat(door.put(ORDERS, source(jar)).status()).isEqualTo(204);
            // Then
            assertThat(memory).content().contains(jar.toString());
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(revision()).isNotEqualTo(before));
            String first = revision();
            Files.write(jar, Archives.with("a.py", "one and two"));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(revision()).isNotEqualTo(first));
        }
    }

    @Test
    void what_cannot_be_watched_is_refused() {
        try (DevMode running = door.inDevMode(directory.resolve("memory.json"))) {
            assertThat(running).isNotNull();
            assertThat(door.put(ORDERS, "{}").refusal()).startsWith("400 ").contains("source is missing");
            assertThat(door.put(ORDERS, "{\"source\": \"a.py\"}").refusal())
                    .startsWith("400 ")
                    .contains("source is 'a.py', expected the absolute path");
            assertThat(door.put(ORDERS, "{\"source\": \"/a\\u0000b\"}").refusal())
                    .startsWith("400 ")
                    .contains("expected the absolute path");
            Path absent = directory.resolve("absent.py");
            assertThat(door.put(ORDERS, source(absent)).refusal())
                    .startsWith("400 ")
                    .contains("source is '" + absent + "', expected a file or folder on the machine of the server");
            assertThat(door.put(DEV + "/functions/absent", source(directory)).refusal())
                    .startsWith("404 ")
                    .contains("Function not found");
        }
    }
}
