package io.millrace.runtime.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.relay.Passage;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SubscriptionRouteTest {
    private static final SubscriptionRoute RAW = new SubscriptionRoute(
            new Subscription(
                    "c0ffee00-0000-4000-8000-000000000000",
                    "orders",
                    Subscription.SQS,
                    "arn:aws:sqs:us-east-1:000000000000:q",
                    new SubscriptionSettings(true, Optional.empty(), FilterScope.MESSAGE_ATTRIBUTES, Optional.empty())),
            new TopicArns(new IdentitySettings("us-east-1", "000000000000")),
            InstantSource.system());

    private static Passage pass(String typed) {
        Message sent = EventMessages.durable(
                "c0ffee00-0000-4000-8000-000000000001",
                "text".getBytes(StandardCharsets.UTF_8),
                Map.of("millrace_attributes", typed, "colour", "red"),
                null);
        return RAW.pass(sent);
    }

    @Test
    void attributes_that_no_publisher_here_writes_are_not_believed() {
        for (String typed : new String[] {
            "{\"price\":{\"Type\":\"Number\",\"Value\":\"abc\"}}",
            "{\"price\":{\"Type\":\"Number\",\"Value\":\"1e99999999999\"}}",
            "{\"photo\":{\"Type\":\"Binary\",\"Value\":\"%%%\"}}",
            "{\"price\":{\"Type\":\"Boolean\",\"Value\":\"true\"}}",
            "{\"price\":7}",
            "no JSON"
        }) {
            assertThat(pass(typed)).as(typed).isInstanceOfSatisfying(Passage.Wanted.class, wanted -> assertThat(
                            wanted.properties())
                    .containsEntry("colour", "red")
                    .doesNotContainKeys("price", "photo"));
        }
    }

    @Test
    void those_that_a_publisher_here_writes_are() {
        assertThat(pass("{\"price\":{\"Type\":\"Number\",\"Value\":\"9\"}}"))
                .isInstanceOfSatisfying(Passage.Wanted.class, wanted -> assertThat(wanted.properties())
                        .containsOnly(Map.entry("price", 9L)));
    }
}
