package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.function.FunctionHandler;
import jakarta.jms.JMSContext;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the README shows of messaging clients. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JmsSampleTest {
    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .function("orders", (FunctionHandler) (event, context) -> event)
            .build();

    // tag::jms[]
    static void publish(String brokerUrl) { // amqp://127.0.0.1:5672
        try (JMSContext jms = new JmsConnectionFactory(brokerUrl).createContext()) {
            jms.createProducer().send(jms.createQueue("invoke.orders"), "{\"pieces\":3}");
        }
    }
    // end::jms[]

    @Test
    void a_jms_client_publishes_an_event() {
        publish(millrace.millrace().brokerUrl());

        assertThat(millrace.awaitQuiet().get("orders")).satisfies(orders -> {
            assertThat(orders.accepted()).isEqualTo(1);
            assertThat(orders.succeeded()).isEqualTo(1);
        });
    }
}
