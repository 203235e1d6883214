package io.millrace.runtime.scheduleapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.schedule.ScheduleTarget;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetMembersTest {
    private static final String OURS = "arn:aws:sqs:us-east-1:000000000000:";

    private static ScheduleTarget read(String arn, String deadLetters) {
        ObjectNode target = JsonNodeFactory.instance
                .objectNode()
                .put("Arn", arn)
                .put("RoleArn", "arn:aws:iam::000000000000:role/scheduler");
        target.putObject("DeadLetterConfig").put("Arn", deadLetters);
        return new TargetMembers(new IdentitySettings("us-east-1", "000000000000")).read(new Members(target));
    }

    @Test
    void a_queue_of_ones_own_is_a_target() {
        assertThat(read(OURS + "orders", OURS + "dead").arn()).isEqualTo(OURS + "orders");
    }

    @Test
    void the_platforms_queues_and_those_of_others_are_none() {
        for (String arn : new String[] {
            OURS + "invoke.f",
            OURS + "dlq.f",
            OURS + "topic.orders",
            OURS + "bus.default",
            OURS + "archive.a",
            OURS + "stream.s.shardId-000000000000.1",
            "arn:aws:sqs:eu-west-1:000000000000:orders",
            "arn:aws:sqs:us-east-1:111111111111:orders"
        }) {
            assertThatThrownBy(() -> read(arn, OURS + "dead")).as(arn).isInstanceOf(Refusal.class);
            assertThatThrownBy(() -> read(OURS + "orders", arn))
                    .as("dead letters to %s", arn)
                    .isInstanceOf(Refusal.class);
        }
    }
}
