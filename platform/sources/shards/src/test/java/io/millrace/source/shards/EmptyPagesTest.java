package io.millrace.source.shards;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an answer without records means (lambda-semantics 3.7): a service gives such on the way to its records. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class EmptyPagesTest {
    private final PagedLog log = new PagedLog();

    private boolean mayHaveMoreAfter(Supplier<ShardPage> answer) throws InterruptedException {
        log.answer(answer);
        SourceDescription stream = SourceDescription.ofArn("arn:aws:paged:us-east-1:000000000000:stream");
        try (PartitionedSource source = new ShardedSource(
                log, stream, new Positions(), Duration.ofMinutes(1), Duration.ofMinutes(1), Clock.systemUTC())) {
            source.partitions();
            List<SourceRecord> records = source.read(PagedLog.SHARD, 10, Duration.ZERO);
            assertThat(records).isEmpty();
            return source.mayHaveMore(PagedLog.SHARD);
        }
    }

    @Test
    void an_empty_page_of_a_service_that_is_behind_may_have_more_behind_it() throws InterruptedException {
        assertThat(mayHaveMoreAfter(() -> new ShardPage(List.of(), true, Optional.of("next"))))
                .isTrue();
    }

    @Test
    void a_place_that_was_used_too_late_tells_nothing_of_what_is_there() throws InterruptedException {
        assertThat(mayHaveMoreAfter(() -> {
                    throw new IteratorExpiredException(PagedLog.SHARD);
                }))
                .isTrue();
    }

    @Test
    void an_empty_page_of_a_service_that_is_not_behind_has_nothing_behind_it() throws InterruptedException {
        assertThat(mayHaveMoreAfter(() -> new ShardPage(List.of(), false, Optional.of("next"))))
                .isFalse();
    }

    @Test
    void nothing_is_behind_the_end_of_a_shard() throws InterruptedException {
        assertThat(mayHaveMoreAfter(() -> new ShardPage(List.of(), true, Optional.empty())))
                .isFalse();
    }

    /** Of a source that is opened once. */
    private static final class Positions implements Checkpoints {
        private final Map<String, String> positions = new ConcurrentHashMap<>();

        @Override
        public Optional<String> find(String partition) {
            return Optional.ofNullable(positions.get(partition));
        }

        @Override
        public Map<String, String> all() {
            return Map.copyOf(positions);
        }

        @Override
        public void save(String partition, String position) {
            positions.put(partition, position);
        }

        @Override
        public void forget(String partition) {
            positions.remove(partition);
        }
    }
}
