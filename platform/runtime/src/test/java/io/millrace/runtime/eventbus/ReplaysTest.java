package io.millrace.runtime.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReplaysTest {
    private static final Replay REPLAY = new Replay(
            "id",
            "again",
            "",
            "archive",
            "default",
            List.of(),
            Instant.EPOCH,
            Instant.MAX,
            ReplayState.RUNNING,
            "",
            Instant.EPOCH,
            Optional.empty(),
            Instant.EPOCH,
            Optional.empty());

    private static ObjectNode event(int number) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("id", "order-1");
        event.putObject("detail").put("n", number);
        return event;
    }

    private static Message archived(int number) {
        return EventMessages.durable(UUID.randomUUID().toString(), BusEvents.bytes(event(number)), Map.of(), null);
    }

    private static String duplicateId(Message message) {
        return EventMessages.property(message, EventProperties.DUPLICATE_ID).orElseThrow();
    }

    @Test
    void different_events_whose_sender_gave_them_the_same_id_are_not_taken_for_one() {
        Message one = Replays.again(REPLAY, archived(1), event(1));
        Message other = Replays.again(REPLAY, archived(2), event(2));

        assertThat(duplicateId(one)).isNotEqualTo(duplicateId(other));
        assertThat(one.getMessageId()).isNotEqualTo(other.getMessageId());
    }

    @Test
    void an_archived_event_that_a_replay_sends_again_after_a_crash_is_known_by_the_broker() {
        Message archived = archived(1);

        Message before = Replays.again(REPLAY, archived, event(1));
        Message after = Replays.again(REPLAY, archived, event(1));

        assertThat(duplicateId(after)).isEqualTo(duplicateId(before));
        assertThat(after.getMessageId()).isEqualTo(before.getMessageId());
    }
}
