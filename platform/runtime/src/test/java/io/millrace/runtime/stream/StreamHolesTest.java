package io.millrace.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.stream.ReadStart.After;
import io.millrace.runtime.stream.ReadStart.TrimHorizon;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Confirmed records that the broker does not show: taken away by an operator here, so for good. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
class StreamHolesTest {
    private static final int SEGMENT = 100;
    /** So large that the first segments are not in memory too. */
    private static final String PADDING = "x".repeat(5_000);

    private static StreamServer server;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = new StreamServer(directory, InstantSource.system(), new SegmentLimits(SEGMENT, 64 << 20));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<Placed> filled(String stream) {
        server.create(stream, 1);
        return server.putAll(
                stream,
                "key",
                IntStream.rangeClosed(1, 3 * SEGMENT).mapToObj(i -> i + PADDING).toList());
    }

    private static void takeAway(String stream, SequenceNumber sequence) {
        String queue = server.queues(stream).get(0);
        assertThat(StreamServer.await(
                                server.management.operation("queue." + queue, "removeMessages", "mr_seq = " + sequence))
                        .asInt())
                .isEqualTo(1);
    }

    private static List<SequenceNumber> readUntilRefused(ShardReader reader) {
        List<SequenceNumber> read = new ArrayList<>();
        while (read.size() < 3 * SEGMENT - 1) {
            try {
                StreamServer.read(reader, 1_000, Duration.ZERO)
                        .records()
                        .forEach(record -> read.add(record.sequence()));
            } catch (RuntimeException refused) {
                assertThat(refused).hasRootCauseInstanceOf(BrokerUnavailableException.class);
                return read;
            }
        }
        return read;
    }

    /** In the middle, the first and the last one of a segment. */
    @ParameterizedTest
    @ValueSource(ints = {40, 1, SEGMENT})
    void a_reader_stops_before_it_and_says_so_instead_of_going_on_behind_it(int missing) {
        // Given
        String stream = "stops-" + missing;
        List<SequenceNumber> placed =
                filled(stream).stream().map(Placed::sequence).toList();
        takeAway(stream, placed.get(missing - 1));
        ShardReader reader = server.reader(stream, new TrimHorizon());
        // When
        List<SequenceNumber> read = readUntilRefused(reader);
        Throwable again = catchThrowable(() -> StreamServer.read(reader, 1_000, Duration.ZERO));
        // Then
        assertThat(read).isEqualTo(placed.subList(0, missing - 1));
        assertThat(again)
                .hasMessageContaining("record " + placed.get(missing - 1) + " of ")
                .hasMessageContaining("was confirmed and is not in queue "
                        + server.queues(stream).get(0));
        reader.close();
    }

    @Test
    void a_reader_that_starts_behind_it_reads_on() {
        // Given
        List<SequenceNumber> placed =
                filled("behind").stream().map(Placed::sequence).toList();
        takeAway("behind", placed.get(39));
        // When
        ShardReader reader = server.reader("behind", new After(placed.get(39)));
        List<StreamRecord> read = StreamServer.readAll(reader, 1_000);
        // Then
        assertThat(read).extracting(StreamRecord::sequence).isEqualTo(placed.subList(40, placed.size()));
        reader.close();
    }

    @Test
    void a_reader_stops_before_a_segment_whose_queue_is_gone_and_says_so() {
        // Given
        List<SequenceNumber> placed =
                filled("gone").stream().map(Placed::sequence).toList();
        String queue = server.queues("gone").get(1);
        StreamServer.await(server.management.deleteQueue(queue));
        ShardReader reader = server.reader("gone", new TrimHorizon());
        // When
        List<SequenceNumber> read = readUntilRefused(reader);
        Throwable again = catchThrowable(() -> StreamServer.read(reader, 1_000, Duration.ZERO));
        // Then
        assertThat(read).isEqualTo(placed.subList(0, SEGMENT));
        assertThat(again)
                .hasMessageContaining("record " + placed.get(SEGMENT) + " of ")
                .hasMessageContaining("was confirmed and is not in queue " + queue);
        reader.close();
    }
}
