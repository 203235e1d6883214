package io.millrace.source.kafka;

import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks whether a topic can be read, and keeps at Kafka where its group begins: what {@code LATEST} or a time means is
 * found out once, so that nothing is lost if the source is opened once more before the first commit. A group that has
 * offsets already keeps them, whatever the starting position (lambda-semantics 3.8).
 */
final class FirstOffsets {
    private final TopicDescription topic;
    private final Admin admin;

    private FirstOffsets(TopicDescription topic, Admin admin) {
        this.topic = topic;
        this.admin = admin;
    }

    /**
     * @throws SourceRefusedException if there is no such topic, or it may not be read
     * @throws SourceAwayException if the servers do not answer
     */
    static void keep(TopicDescription topic) {
        try (Admin admin = Admin.create(ClientSettings.ofAny(topic))) {
            new FirstOffsets(topic, admin).keep();
        } catch (KafkaException unusable) { // For instance a host that has no address now.
            throw new SourceAwayException(
                    "Kafka " + topic.label() + " cannot be asked: " + Reasons.of(unusable), unusable);
        }
    }

    private void keep() {
        Set<TopicPartition> partitions =
                answer(admin.describeTopics(List.of(topic.topic())).allTopicNames()).values().stream()
                        .flatMap(found -> found.partitions().stream())
                        .map(partition -> new TopicPartition(topic.topic(), partition.partition()))
                        .collect(Collectors.toSet());
        if (topic.isOnlyLookedAt()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> kept =
                answer(admin.listConsumerGroupOffsets(topic.group()).partitionsToOffsetAndMetadata());
        boolean isKnown =
                kept.entrySet().stream().anyMatch(of -> of.getValue() != null && partitions.contains(of.getKey()));
        if (!isKnown && topic.from() != StartingPosition.TRIM_HORIZON) {
            commit(partitions);
        }
    }

    private void commit(Set<TopicPartition> partitions) {
        // The ends first: what is written between the two questions is later than the time that is asked for.
        Map<TopicPartition, Long> offsets = offsets(partitions, OffsetSpec.latest());
        topic.timestamp()
                .filter(time -> topic.from() == StartingPosition.AT_TIMESTAMP)
                .ifPresent(time -> offsets(partitions, OffsetSpec.forTimestamp(time.toEpochMilli()))
                        .forEach((partition, offset) ->
                                offsets.computeIfPresent(partition, (same, end) -> offset < 0 ? end : offset)));
        Map<TopicPartition, OffsetAndMetadata> first = offsets.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, of -> new OffsetAndMetadata(of.getValue())));
        try {
            answer(admin.alterConsumerGroupOffsets(topic.group(), first).all());
        } catch (UnknownMemberIdException groupIsRead) {
            // By another reader, which has kept them before it began.
        }
    }

    private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec which) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        answer(admin.listOffsets(partitions.stream().collect(Collectors.toMap(one -> one, one -> which)))
                        .all())
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private <T> T answer(KafkaFuture<T> asked) {
        try {
            return asked.get(2 * ClientSettings.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw translated(failed.getCause() == null ? failed : failed.getCause());
        } catch (java.util.concurrent.TimeoutException late) {
            throw new SourceAwayException("Kafka " + topic.label() + " does not answer.", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SourceAwayException("Kafka " + topic.label() + " was not asked to the end.", interrupted);
        }
    }

    private RuntimeException translated(Throwable failure) {
        if (failure instanceof UnknownTopicOrPartitionException || failure instanceof InvalidTopicException) {
            return new SourceRefusedException(
                    "Topic " + topic.topic() + " does not exist at " + topic.bootstrapServers() + ".");
        }
        if (failure instanceof AuthenticationException || failure instanceof AuthorizationException) {
            return new SourceRefusedException("Topic " + topic.topic() + " at " + topic.bootstrapServers()
                    + " may not be read: " + Reasons.of(failure));
        }
        if (failure instanceof UnknownMemberIdException isRead) {
            return isRead;
        }
        return new SourceAwayException("Kafka " + topic.label() + " does not answer: " + Reasons.of(failure), failure);
    }
}
