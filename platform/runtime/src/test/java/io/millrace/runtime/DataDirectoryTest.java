package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Between processes it is shown by StandbyIT. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class DataDirectoryTest {
    private static final String THIS_PROCESS =
            "process " + ProcessHandle.current().pid() + " on host ";

    @TempDir
    Path directory;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final StandbyListener listener = new StandbyListener() {
        @Override
        public void waits(String owner) {
            told.add("waits for " + owner);
        }

        @Override
        public void takesOver() {
            told.add("takes over");
        }
    };

    @Test
    void a_directory_says_who_has_it_and_nobody_else_gets_it_until_it_is_closed() throws IOException {
        Path data = directory.resolve("new").resolve("data");
        try (DataDirectory first = DataDirectory.take(data)) {
            assertThat(first.path()).isEqualTo(data);
            assertThat(Files.readString(data.resolve("owner.lock")))
                    .startsWith(THIS_PROCESS)
                    .containsPattern(" since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\R$");

            // By another name, too.
            Path link = Files.createSymbolicLink(directory.resolve("link"), data);
            for (Path name : List.of(data, link)) {
                assertThatThrownBy(() -> DataDirectory.take(name))
                        .isInstanceOf(DataDirectoryUnavailableException.class)
                        .hasMessage("the data directory " + name + " is in use by this very process, expected one that"
                                + " no other server has; a standby waits for it");
            }
        }
        assertThat(data.resolve("owner.lock")).isEmptyFile();
        DataDirectory.take(data).close();
    }

    @Test
    void a_standby_gets_a_free_directory_at_once() throws IOException {
        DataDirectory.await(directory, listener).close();

        assertThat(told).containsExactly("takes over");
    }

    @Test
    void a_standby_of_this_process_gets_the_directory_when_it_is_closed() throws Exception {
        CompletableFuture<DataDirectory> standby;
        try (DataDirectory first = DataDirectory.take(directory)) {
            standby = CompletableFuture.supplyAsync(() -> DataDirectory.await(first.path(), listener));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("waits for this very process");
            assertThat(standby).isNotDone();
        }
        try (DataDirectory second = standby.get(30, TimeUnit.SECONDS)) {
            assertThat(told.poll()).isEqualTo("takes over");
            assertThatThrownBy(() -> DataDirectory.take(second.path()))
                    .isInstanceOf(DataDirectoryUnavailableException.class);
        }
    }

    @Test
    void a_standby_that_is_interrupted_says_so_and_leaves_the_directory_alone() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        try (DataDirectory first = DataDirectory.take(directory)) {
            Thread waiting = new Thread(() -> DataDirectory.await(first.path(), listener));
            waiting.setUncaughtExceptionHandler((thread, failed) -> failure.complete(failed));
            waiting.start();
            assertThat(told.poll(30, TimeUnit.SECONDS)).startsWith("waits");

            waiting.interrupt();

            assertThat(failure.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(DataDirectoryUnavailableException.class)
                    .hasMessage("interrupted while waiting for the data directory " + directory);
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !waiting.isAlive());
        }
        DataDirectory.take(directory).close();
    }
}
