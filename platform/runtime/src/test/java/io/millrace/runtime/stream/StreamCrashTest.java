package io.millrace.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.stream.ReadStart.TrimHorizon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server and its broker are killed while they write. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(180)
class StreamCrashTest {
    private static final int CONFIRMED = 1_000;

    /** A number and where it is, as the process printed it. */
    private record Confirmed(int number, String sequence) {
        static Confirmed of(String line) {
            String[] words = line.split(" ", -1);
            return new Confirmed(Integer.parseInt(words[1]), words[2]);
        }
    }

    private static List<Confirmed> writeUntilKilled(Path directory, int from) throws IOException {
        try (StreamProcess server = new StreamProcess(directory, "256m", Integer.toString(from))) {
            List<String> lines = new ArrayList<>(server.confirmations(CONFIRMED));
            lines.addAll(server.kill());
            return lines.stream()
                    .filter(line -> line.matches("confirmed \\d+ \\d{19}")) // The last may be half a line.
                    .map(Confirmed::of)
                    .toList();
        }
    }

    @Test
    void what_was_confirmed_is_there_once_and_in_order_after_two_kills(@TempDir Path directory) throws IOException {
        List<Confirmed> first = writeUntilKilled(directory, 0);
        List<Confirmed> second = writeUntilKilled(directory, 1_000_000);

        try (StreamServer server = new StreamServer(directory, InstantSource.system(), StreamProcess.LIMITS)) {
            List<StreamRecord> records =
                    StreamServer.readAll(server.reader(StreamProcess.STREAM, new TrimHorizon()), 1_000);
            List<Confirmed> found = records.stream()
                    .map(record -> new Confirmed(
                            Integer.parseInt(StreamServer.texts(List.of(record)).get(0)),
                            record.sequence().toString()))
                    .toList();

            assertThat(first).hasSizeGreaterThanOrEqualTo(CONFIRMED);
            assertThat(second).hasSizeGreaterThanOrEqualTo(CONFIRMED);
            assertThat(found).containsSubsequence(first).containsSubsequence(second);
            assertThat(found).extracting(Confirmed::number).isSorted().doesNotHaveDuplicates();
            assertThat(found).extracting(Confirmed::sequence).isSorted().doesNotHaveDuplicates();
            assertThat(server.put(StreamProcess.STREAM, "key", "x").sequence())
                    .isGreaterThan(records.get(records.size() - 1).sequence());
        }
    }

    @Test
    void a_hundred_megabytes_go_through_a_server_with_less_memory(@TempDir Path directory) throws IOException {
        try (StreamProcess server = new StreamProcess(directory, "90m", "large")) {
            assertThat(server.confirmations(1)).containsExactly("confirmed 10000 read 10000");
        }
    }
}
