package io.millrace.source.kafka;

import io.millrace.eventsource.SourceAwayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the mapping's consumer group, with the one thread that touches the consumer. It polls several times a
 * second, full lanes or not, so the group never takes it for dead because functions run long. Methods for other threads
 * say so.
 */
final class GroupMember implements ConsumerRebalanceListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(GroupMember.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration SHORT_POLL = Duration.ofMillis(10);
    /** Without a word from the servers for so long, they are asked. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_CONSUMERS = Duration.ofSeconds(1);
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final TopicDescription topic;
    private final Lanes lanes;
    private final Thread thread;
    private final Object waking = new Object();
    /** While it may wait for the servers; guarded by {@link #waking}. */
    private @Nullable KafkaConsumer<?, ?> waiting;

    private long lastHeardNanos = System.nanoTime();
    private boolean isAway;

    /** For the calls that it makes while it polls. */
    private Optional<KafkaConsumer<?, ?>> inUse = Optional.empty();

    GroupMember(TopicDescription topic, Lanes lanes) {
        this.topic = topic;
        this.lanes = lanes;
        this.thread = new Thread(this::run, "millrace-kafka-" + topic.topic());
        thread.setDaemon(true);
    }

    /** For any thread. */
    void start() {
        thread.start();
    }

    /**
     * For any thread.
     *
     * @return false if the partition is not this member's any more
     * @throws SourceAwayException if it is not known whether it was kept
     */
    boolean commit(RecordPosition position) {
        Commit commit = new Commit(position);
        lanes.offer(commit);
        wake();
        try {
            return commit.answer().join();
        } catch (CompletionException failed) {
            throw new SourceAwayException(
                    "Topic " + topic.topic() + ": offset " + position.offset() + " of partition " + position.partition()
                            + " was not committed: " + Reasons.of(failed),
                    failed);
        }
    }

    /** For any thread: leaves the group, so that another member has the partitions at once. */
    void close() {
        lanes.end("it was closed");
        wake();
        try {
            thread.join(2 * LEAVING.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** For any thread: there is a commit, room, or the end. */
    void wake() {
        synchronized (waking) {
            if (waiting != null) {
                waiting.wakeup();
            }
        }
    }

    private void run() {
        try {
            while (!lanes.isEnded()) {
                belong();
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        } finally {
            lanes.end("reading has ended, see the log of the server");
            lanes.takeCommits().forEach(commit -> refuse(commit, new SourceAwayException("it was closed")));
        }
    }

    /** With one consumer, until it is closed or cannot go on. */
    private void belong() throws InterruptedException {
        try (KafkaConsumer<byte @Nullable [], byte @Nullable []> consumer = new KafkaConsumer<>(
                ClientSettings.ofConsumer(topic), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            inUse = Optional.of(consumer);
            try {
                consumer.subscribe(List.of(topic.topic()), this);
                while (!lanes.isEnded()) {
                    turn(consumer);
                }
            } finally {
                inUse = Optional.empty();
                consumer.close(CloseOptions.timeout(LEAVING));
            }
        } catch (RuntimeException broken) { // The edge of this thread; with a new consumer it goes on.
            if (!isAway) {
                LOGGER.atWarn()
                        .addKeyValue("topic", topic.topic())
                        .addKeyValue("group", topic.group())
                        .setCause(broken)
                        .log("consumer of Kafka broke, begins again");
            }
            away(broken);
            lanes.rest(BETWEEN_CONSUMERS);
        } finally {
            lanes.lose(lanes.assigned());
        }
    }

    private void turn(KafkaConsumer<byte @Nullable [], byte @Nullable []> consumer) {
        commitAll(consumer);
        pauseFull(consumer);
        isWaiting(consumer);
        try {
            fetch(consumer);
            if (System.nanoTime() - lastHeardNanos > SILENCE.toNanos()) {
                ask(consumer);
            }
        } catch (WakeupException somethingElse) {
            // There is a commit, room, or the end.
        } finally {
            isWaiting(null);
        }
    }

    private void isWaiting(@Nullable KafkaConsumer<?, ?> consumer) {
        synchronized (waking) {
            waiting = consumer;
        }
    }

    private void fetch(KafkaConsumer<byte @Nullable [], byte @Nullable []> consumer) {
        // What came before it could be woken has waited already.
        var records = consumer.poll(lanes.hasCommits() || lanes.isEnded() ? SHORT_POLL : POLL);
        if (!records.isEmpty()) {
            lanes.add(records);
            heard();
        }
        consumer.assignment().forEach(partition -> noteEnd(consumer, partition));
    }

    /** From what the consumer heard with its records. */
    private void noteEnd(KafkaConsumer<?, ?> consumer, TopicPartition partition) {
        OptionalLong lag = consumer.currentLag(partition);
        if (lag.isPresent()) { // Then it has a position too.
            long next = consumer.position(partition);
            lanes.reaches(partition.partition(), next, next + lag.getAsLong());
        }
    }

    /** Polling does not tell whether there is nothing to read or nobody to ask. */
    private void ask(KafkaConsumer<?, ?> consumer) {
        Set<TopicPartition> assigned = consumer.assignment();
        try {
            consumer.endOffsets(assigned.isEmpty() ? Set.of(new TopicPartition(topic.topic(), 0)) : assigned, PATIENCE);
            heard();
        } catch (TimeoutException silence) {
            away(silence);
        }
    }

    private void heard() {
        lastHeardNanos = System.nanoTime();
        if (isAway) {
            isAway = false;
            lanes.isBack();
            LOGGER.atInfo()
                    .addKeyValue("topic", topic.topic())
                    .addKeyValue("group", topic.group())
                    .log("Kafka answers again");
        }
    }

    private void away(RuntimeException why) {
        lanes.isAway(topic.bootstrapServers() + " does not answer: " + Reasons.of(why));
        if (!isAway) {
            isAway = true;
            LOGGER.atWarn()
                    .addKeyValue("topic", topic.topic())
                    .addKeyValue("group", topic.group())
                    .addKeyValue("reason", Reasons.of(why))
                    .log("Kafka does not answer");
        }
    }

    private void pauseFull(KafkaConsumer<?, ?> consumer) {
        Set<TopicPartition> full =
                lanes.pauseFull().stream().map(this::partition).collect(Collectors.toSet());
        Set<TopicPartition> room = new HashSet<>(consumer.paused());
        room.removeAll(full);
        consumer.resume(room);
        consumer.pause(full);
    }

    private void commitAll(KafkaConsumer<?, ?> consumer) {
        List<Commit> waiting = lanes.takeCommits();
        if (waiting.isEmpty()) {
            return;
        }
        try {
            commitAll(consumer, waiting);
        } catch (RuntimeException broken) { // Somebody waits for each of them.
            waiting.forEach(commit -> refuse(commit, broken));
            throw broken;
        }
    }

    private void commitAll(KafkaConsumer<?, ?> consumer, List<Commit> waiting) {
        List<Commit> kept = new ArrayList<>();
        Map<Integer, RecordPosition> last = new HashMap<>();
        for (Commit commit : waiting) {
            RecordPosition position = commit.position();
            switch (lanes.standing(position)) {
                case IS_KEPT -> commit.answer().complete(true);
                case IS_LOST -> commit.answer().complete(false);
                case IS_STRANGE -> {
                    startOver(consumer, position.partition());
                    commit.answer().complete(false);
                }
                case MAY_BE_KEPT -> {
                    kept.add(commit);
                    last.merge(position.partition(), position, GroupMember::later);
                }
            }
        }
        if (!kept.isEmpty()) {
            commit(consumer, kept, last);
        }
    }

    private static RecordPosition later(RecordPosition one, RecordPosition other) {
        return one.offset() > other.offset() ? one : other;
    }

    private void commit(KafkaConsumer<?, ?> consumer, List<Commit> commits, Map<Integer, RecordPosition> last) {
        try {
            consumer.commitSync(
                    last.values().stream()
                            .collect(Collectors.toMap(
                                    position -> partition(position.partition()),
                                    position -> new OffsetAndMetadata(position.offset() + 1))),
                    PATIENCE);
            heard();
            last.values().forEach(lanes::committed);
            commits.forEach(commit -> commit.answer().complete(true));
        } catch (WakeupException | RebalanceInProgressException later) {
            lanes.putBack(commits); // The group settles in the next poll.
        } catch (CommitFailedException thrownOut) {
            lanes.lose(last.keySet()); // As the next poll will say.
            commits.forEach(commit -> commit.answer().complete(false));
        } catch (TimeoutException silence) {
            away(silence);
            commits.forEach(commit -> refuse(commit, silence));
        }
    }

    private static void refuse(Commit commit, RuntimeException why) {
        commit.answer().completeExceptionally(why);
    }

    /** From what is committed: the mapping takes a commit that was not kept for a partition that was lost. */
    private void startOver(KafkaConsumer<?, ?> consumer, int number) {
        TopicPartition partition = partition(number);
        lanes.lose(Set.of(number));
        Optional<OffsetAndMetadata> committed = Optional.ofNullable(
                consumer.committed(Set.of(partition), PATIENCE).get(partition));
        committed.ifPresentOrElse(
                offset -> consumer.seek(partition, offset), () -> consumer.seekToBeginning(Set.of(partition)));
        lanes.assign(Set.of(number));
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        log("partitions of a topic assigned", partitions);
        lanes.assign(numbers(partitions));
    }

    /** Called while a commit is still possible. */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        log("partitions of a topic given away", partitions);
        inUse.ifPresent(this::commitAll);
        forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        log("partitions of a topic lost", partitions);
        forget(partitions);
    }

    private void forget(Collection<TopicPartition> partitions) {
        lanes.lose(numbers(partitions));
    }

    private void log(String what, Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            LOGGER.atInfo()
                    .addKeyValue("topic", topic.topic())
                    .addKeyValue("group", topic.group())
                    .addKeyValue("partitions", numbers(partitions))
                    .log(what);
        }
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic.topic(), number);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
    }
}
