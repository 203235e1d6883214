package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RecordJsonTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static Optional<String> trace(byte[]... values) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("orders", 0, 7, new byte[0], new byte[0]);
        for (byte[] value : values) {
            record.headers().add("traceparent", value);
        }
        return RecordJson.of(record).trace();
    }

    @Test
    void the_last_traceparent_says_where_the_producer_was() {
        assertThat(trace("an older one".getBytes(UTF_8), PARENT.getBytes(UTF_8)))
                .contains(PARENT);
    }

    @Test
    void a_record_without_one_or_with_what_cannot_be_one_says_nothing() {
        assertThat(trace()).isEmpty();
        assertThat(trace(new byte[1_000_000])).isEmpty();
    }
}
