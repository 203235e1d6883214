package io.millrace.runtime.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RelayTargetTest {
    private static final IdentitySettings IDENTITY = new IdentitySettings("us-east-1", "000000000000");

    private static Optional<String> address(String arn) {
        return RelayTarget.parse(arn, IDENTITY).map(RelayTarget::address);
    }

    @Test
    void functions_queues_and_topics_of_this_account_are_targets() {
        assertThat(address("arn:aws:lambda:us-east-1:000000000000:function:f")).contains("invoke.f");
        assertThat(address("arn:aws:lambda:us-east-1:000000000000:function:f:live"))
                .contains("invoke.f");
        assertThat(address("arn:aws:sqs:us-east-1:000000000000:orders")).contains("orders");
        assertThat(address("arn:aws:sns:us-east-1:000000000000:orders")).contains("topic.orders");
    }

    @Test
    void what_is_elsewhere_or_the_platforms_own_is_none() {
        for (String arn : new String[] {
            "f",
            "orders",
            "arn:aws:sqs:eu-west-1:000000000000:orders",
            "arn:aws:sqs:us-east-1:111111111111:orders",
            "arn:aws:sqs:us-east-1:000000000000:invoke.f",
            "arn:aws:sqs:us-east-1:000000000000:topic.orders",
            "arn:aws:sqs:us-east-1:000000000000:activemq.management",
            "arn:aws:sqs:us-east-1:000000000000:stream.s.shardId-000000000000.1",
            "arn:aws:sqs:us-east-1:000000000000:schedule.r",
            "arn:aws:sns:us-east-1:000000000000:orders:subscription",
            "arn:aws:kinesis:us-east-1:000000000000:stream/s",
            "arn:aws:lambda:us-east-1:000000000000:layer:l"
        }) {
            assertThat(address(arn)).as(arn).isEmpty();
        }
    }

    @Test
    void a_functions_dead_letter_queue_takes_dead_letters_of_others_but_no_events() {
        String shared = "arn:aws:sqs:us-east-1:000000000000:dlq.f";
        assertThat(address(shared)).isEmpty();
        assertThat(RelayTarget.queue(shared, IDENTITY)).isPresent();
    }
}
