package io.millrace.deadletter.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@EnabledIfSystemProperty(named = "millrace.soak", matches = "true")
class LargeBodiesIT {
    private static final int BYTES = 100_000_000;
    private static final int COUNT = 3;

    @TempDir
    Path directory;

    @Test
    @Timeout(300)
    void bodies_of_100_MB_are_redriven_by_a_tool_with_64_MB_of_heap() throws Exception {
        BrokerProcess.Running broker = BrokerProcess.start(directory, 0);
        String url = "amqp://127.0.0.1:" + broker.port();
        try (DeadFunction function = new DeadFunction(BrokerAddress.parse(url))) {
            // Given
            for (int i = 0; i < COUNT; i++) {
                function.die("films", 1, each -> "x".repeat(BYTES));
            }
            // When
            ProcessBuilder tool = ToolProcess.java(ToolProcess.class, "redrive", "films", "--yes", "--broker", url);
            tool.command().add(1, "-Xmx64m");
            Process redrive = tool.redirectErrorStream(true).start();
            String said = new String(redrive.getInputStream().readAllBytes(), UTF_8);
            // Then
            assertThat(redrive.waitFor()).as(said).isZero();
            assertThat(said).contains("Redrove " + COUNT + " dead letters");
            try (DeadLetters letters = DeadLetters.connect(BrokerAddress.parse(url), Duration.ofSeconds(30))) {
                List<DeadLetter> moved = new ArrayList<>();
                letters.scan(letters.queue("invoke.films"), Selection.ALL, Look.HEADS, moved::add);
                assertThat(moved).hasSize(COUNT).allMatch(letter -> letter.size() > BYTES);
            }
        } finally {
            broker.process().destroyForcibly().waitFor();
        }
    }
}
