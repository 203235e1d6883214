package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.broker.embedded.BrokerFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.artemis.utils.critical.CriticalComponentImpl;
import org.apache.activemq.artemis.utils.critical.EmptyCriticalAnalyzer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BrokerFailureTest {

    private final List<BrokerFailure> failures = new CopyOnWriteArrayList<>();

    @Test
    void a_journal_that_cannot_be_written_is_told_once(@TempDir Path directory) throws IOException {
        try (EmbeddedBroker broker =
                        EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failures::add);
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            Files.move(directory.resolve("journal"), directory.resolve("moved-away"));
            Files.writeString(directory.resolve("journal"), "a file, so that no journal file can be made here");

            Throwable refusal = catchThrowable(() -> fillJournal(client));

            assertThat(refusal).as("no answer 'accepted' after the failure").isNotNull();
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(failures)
                    .hasSize(1));
            assertThat(failures.get(0).kind()).isEqualTo(Kind.IO_ERROR);
            assertThat(failures.get(0).cause()).isPresent();
        }
        assertThat(failures).as("closing adds nothing").hasSize(1);
    }

    /** Its files are 10 MB and two are made beforehand, so 60 MB need a new one. */
    private static void fillJournal(AmqpClient client) {
        String body = "x".repeat(90_000);
        for (int sent = 0; sent < 700; sent++) {
            client.send("somewhere", AmqpClient.text(body));
        }
    }

    @Test
    void a_stop_by_management_is_told_once(@TempDir Path directory) {
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failures::add)) {
            AmqpClient client = AmqpClient.connect(broker.amqpPort());
            client.manageUnanswered("broker", "forceFailover", "[]");

            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(failures)
                    .hasSize(1));
            assertThat(failures.get(0).kind()).isEqualTo(Kind.STOPPED);
            client.close();
        }
        assertThat(failures).hasSize(1);
    }

    @Test
    void a_broker_that_hangs_is_told_once_though_it_then_stops() {
        FailureWatch watch = new FailureWatch(failures::add);

        watch.criticalFailure(new CriticalComponentImpl(EmptyCriticalAnalyzer.getInstance(), 1));
        watch.onIOException(new IOException("late"), "late", "some file");

        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(failures)
                .hasSize(1));
        assertThat(failures.get(0).kind()).isEqualTo(Kind.HANGING);
    }
}
