package io.millrace.runtime.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DestinationsTest {
    private static final byte[] RECORD = {'{', '}'};

    @Test
    void a_record_for_an_alias_is_an_event_for_that_alias() {
        Message message = message("arn:aws:lambda:us-east-1:000000000000:function:audit:live");

        assertThat(message.getAddress()).isEqualTo("invoke.audit");
        assertThat(EventMessages.property(message, EventProperties.QUALIFIER)).contains("live");
    }

    @Test
    void a_record_for_a_function_a_queue_or_a_topic_names_no_alias() {
        Message function = message("arn:aws:lambda:us-east-1:000000000000:function:audit");
        Message queue = message("arn:aws:sqs:us-east-1:000000000000:records");
        Message topic = message("arn:aws:sns:us-east-1:000000000000:news");

        assertThat(function.getAddress()).isEqualTo("invoke.audit");
        assertThat(queue.getAddress()).isEqualTo("records");
        assertThat(topic.getAddress()).isEqualTo("topic.news");
        assertThat(EventMessages.properties(function)).containsOnlyKeys(EventProperties.TRACE);
        assertThat(EventMessages.properties(queue)).containsOnlyKeys(EventProperties.TRACE);
        assertThat(EventMessages.properties(topic)).containsOnlyKeys(EventProperties.TRACE);
    }

    @Test
    void what_names_neither_gets_no_record() {
        assertThat(Destinations.message("arn:aws:iam::000000000000:role/r", RECORD, () -> "Root=1"))
                .isEqualTo(Optional.empty());
    }

    private static Message message(String arn) {
        return Destinations.message(arn, RECORD, () -> "Root=1").orElseThrow();
    }
}
