package io.millrace.examples.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.testkit.MillraceExtension;
import io.millrace.testkit.PublishedEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole real file through the platform. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WebhooksTest {
    private static final String FUNCTION = "webhooks";
    private static final FunctionAccount NONE = new FunctionAccount(0, 0, 0, 0, 0, 0, 0);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .function(FUNCTION, new WebhookRouter())
            .within(Duration.ofMinutes(2))
            .build();

    private static List<String> webhooks() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(WebhooksTest.class.getResourceAsStream("github-webhooks.jsonl")),
                StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }

    @Test
    void each_of_the_329_real_webhooks_takes_its_route() throws IOException {
        // Given
        FunctionAccount before = millrace.awaitQuiet().getOrDefault(FUNCTION, NONE);
        // When
        List<PublishedEvent> events = millrace.publishAll(FUNCTION, webhooks());
        FunctionAccount account = millrace.awaitQuiet().getOrDefault(FUNCTION, NONE);
        // Then
        Map<String, Long> routes = new TreeMap<>();
        for (PublishedEvent event : events) {
            JsonNode routed = JSON.readTree(event.awaitSuccess().response());
            routes.merge(routed.path("route").asText(), 1L, Long::sum);
        }
        assertThat(routes)
                .isEqualTo(Map.of(
                        "push", 7L,
                        "pull-request", 29L,
                        "issue", 29L,
                        "comment", 14L,
                        "release", 13L,
                        "workflow", 5L,
                        "ping", 4L,
                        "other", 228L));
        assertThat(account.succeeded() - before.succeeded()).isEqualTo(329);
        assertThat(account.deadLettered()).isEqualTo(before.deadLettered());
    }

    @Test
    void a_webhook_without_a_promised_field_is_a_dead_letter_that_names_it() {
        PublishedEvent event = millrace.publish(FUNCTION, "{\"event\":\"push\",\"payload\":{\"ref\":7,\"pusher\":{}}}");

        assertThat(event.awaitDeadLetter().errorType()).isEqualTo(MissingFieldException.class.getName());
        assertThat(event.awaitDeadLetter().errorMessage()).startsWith("payload of webhook 'push' has no '");
    }
}
