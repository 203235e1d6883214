package io.millrace.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamedReplyTest {
    private final List<Message> sent = new ArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger resumed = new AtomicInteger();
    private final StreamedReply reply =
            new StreamedReply(new StreamedParts("id", "reply.here", "7"), sent::add, ended::incrementAndGet);

    private void fill() {
        reply.begin("text/plain");
        while (!reply.isFull()) {
            reply.write(new byte[64 * 1024]);
        }
        reply.whenWritable(resumed::incrementAndGet);
    }

    @Test
    void a_writer_waits_until_its_reader_has_taken_something() {
        // Given
        fill();
        int parts = sent.size();
        // When
        reply.taken(1);
        int early = resumed.get();
        reply.taken(200_000);
        // Then
        assertThat(parts).isBetween(10, 20);
        assertThat(early).isZero();
        assertThat(resumed).hasValue(1);
        assertThat(reply.isFull()).isFalse();
    }

    @Test
    void many_small_chunks_fill_it_too() {
        for (int i = 0; i < 1_024; i++) {
            reply.write(new byte[] {1});
        }

        assertThat(reply.isFull()).isTrue();
    }

    @Test
    void a_writer_whose_reader_is_gone_writes_into_nothing() {
        // Given
        fill();
        int parts = sent.size();
        // When
        reply.abandon();
        reply.write(new byte[] {1});
        // Then
        assertThat(resumed).hasValue(1);
        assertThat(sent).hasSize(parts);
        assertThat(reply.isFull()).isFalse();
    }

    @Test
    void the_end_counts_the_parts_and_nothing_comes_behind_it() {
        // Given
        reply.begin("text/plain");
        reply.write(new byte[] {1});
        // When
        int parts = reply.end();
        reply.write(new byte[] {2});
        // Then
        assertThat(parts).isEqualTo(2);
        assertThat(sent).hasSize(2);
        assertThat(ended).hasValue(1);
        assertThat(StreamedParts.begun(sent.get(0))).contains("7");
        assertThat(StreamedParts.number(sent.get(1))).isEqualTo(1);
        assertThat(StreamedParts.taken(StreamedParts.taken("id", 9))).contains(9L);
        assertThat(StreamedParts.taken(StreamedParts.gone("id"))).isEmpty();
    }
}
