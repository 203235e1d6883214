package io.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server and broker, one process, are killed while events with keys run. The profile soak kills a hundred times. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class IdempotencyKillIT {
    private static final int ROUNDS =
            Boolean.getBoolean("millrace.soak") ? Integer.getInteger("millrace.kill.rounds", 5) : 2;
    private static final long SEED = Long.getLong("millrace.kill.seed", System.nanoTime());
    private static final int KEYS_PER_ROUND = 150;
    private static final int LONGEST_MILLIS = 400;

    private final Random random = new Random(SEED);
    private final Set<String> confirmed = new HashSet<>();
    private final List<String> unconfirmed = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    @Timeout(1_800)
    void each_key_has_its_effect_exactly_once_however_often_the_server_is_killed() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < KEYS_PER_ROUND; i++) {
                String key = "\"" + round + "-" + i + "\"";
                keys.add(key);
                unconfirmed.add(key);
            }
            Process server = server();
            try (BufferedReader out = server.inputReader(UTF_8)) {
                readUntil(out, random.nextInt(2 * KEYS_PER_ROUND));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_MILLIS)));
                server.destroyForcibly().onExit().join();
            }
            // Again with the same ids: nobody knows whether the broker has those whose confirmation was not seen.
            unconfirmed.removeIf(key -> confirmed.contains(key + "/first") && confirmed.contains(key + "/second"));
        }

        Process last = server();
        try (BufferedReader out = last.inputReader(UTF_8)) {
            assertThat(readUntil(out, Integer.MAX_VALUE)).as("seed %d", SEED).isEqualTo("quiet");
        } finally {
            last.destroyForcibly().onExit().join();
        }

        assertThat(effects()).as("seed %d", SEED).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(confirmed)
                .as("seed %d", SEED)
                .containsExactlyInAnyOrderElementsOf(keys.stream()
                        .flatMap(key -> Stream.of(key + "/first", key + "/second"))
                        .toList());
    }

    private Process server() throws IOException {
        Path file = Files.write(directory.resolve("keys"), unconfirmed);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dio.netty.noUnsafe=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledKeys.class.getName(),
                        directory.resolve("data").toString(),
                        directory.resolve("effects").toString(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Notes what is confirmed. Returns the last line it read: quiet, or whatever was said when it was enough. */
    private String readUntil(BufferedReader out, int enough) throws IOException {
        String last = "";
        String line = "";
        int read = 0;
        while (!line.equals("quiet") && read < enough && (line = out.readLine()) != null) {
            last = line;
            if (line.startsWith("confirmed ")) {
                confirmed.add(line.substring("confirmed ".length()));
                read++;
            }
        }
        return last;
    }

    private List<String> effects() throws SQLException {
        List<String> effects = new ArrayList<>();
        try (Connection connection =
                        KilledKeys.database(directory.resolve("effects")).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM effects")) {
            while (rows.next()) {
                effects.add(rows.getString(1));
            }
        }
        return effects;
    }
}
