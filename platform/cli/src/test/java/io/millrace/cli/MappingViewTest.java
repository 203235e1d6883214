package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MappingViewTest {

    @Test
    void a_queue_is_shown_by_its_name_also_where_the_arn_names_its_broker_only() {
        assertThat(MappingView.source(
                        Json.lenient("{\"EventSourceArn\": \"arn:aws:mq:us-east-1:000000000000:broker:millrace:b-1\","
                                + " \"Queues\": [\"orders-in\"]}")))
                .isEqualTo("orders-in");
        assertThat(MappingView.source(
                        Json.lenient("{\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:orders-in\"}")))
                .isEqualTo("orders-in");
    }
}
