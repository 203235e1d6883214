package io.millrace.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class JobClaimTest {
    private static final int MARKS = 300;

    private static BrokerWithFunctions broker;
    private static Vertx vertx;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = new BrokerWithFunctions(directory);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        BrokerWithFunctions.await(vertx.close());
        broker.close();
    }

    /** The broker confirms a message a moment before a look at the head of its queue finds it. */
    @Test
    void each_mark_is_found_and_is_higher_than_the_one_before() {
        // Given
        BrokerConnection connection =
                BrokerWithFunctions.await(BrokerConnection.open(vertx, broker.address(), "claims"));
        BrokerWithFunctions.await(connection.firstUp());
        Publisher publisher = new Publisher(connection);
        JobClaim claim = BrokerWithFunctions.await(
                        JobClaim.take(connection, new BrokerManagement(connection), "r-marks"))
                .orElseThrow();
        // When
        List<Long> marks = new ArrayList<>();
        for (int i = 0; i < MARKS; i++) {
            marks.add(BrokerWithFunctions.await(claim.mark(publisher)));
        }
        // Then
        assertThat(marks).doesNotHaveDuplicates().isSorted();
        BrokerWithFunctions.await(claim.release());
    }
}
