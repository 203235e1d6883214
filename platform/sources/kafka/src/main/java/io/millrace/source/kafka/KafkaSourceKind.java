package io.millrace.source.kafka;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRefusedException;

/** Topics of Apache Kafka that callers run themselves. Positions are committed offsets of a consumer group. */
public final class KafkaSourceKind implements EventSourceKind {
    private static final String MANAGED = "kafka";

    @Override
    public String name() {
        return "Kafka";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().map(MANAGED::equals).orElseGet(() -> !source.bootstrapServers()
                .isEmpty());
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        source.arn().ifPresent(arn -> {
            throw new SourceRefusedException("Event source " + arn
                    + ": clusters that AWS manages are not read; name the brokers in SelfManagedEventSource.");
        });
        TopicDescription topic = TopicDescription.of(source);
        FirstOffsets.keep(topic);
        Lanes lanes = new Lanes(topic.topic());
        GroupMember member = new GroupMember(topic, lanes);
        if (topic.isOnlyLookedAt()) {
            lanes.end("it has no consumer group, so it can only be looked at");
        } else {
            member.start();
        }
        return new KafkaTopic(topic, lanes, member);
    }
}
