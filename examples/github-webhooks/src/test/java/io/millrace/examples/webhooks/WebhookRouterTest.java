package io.millrace.examples.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Over the whole real file, mapped as Lambda's Java runtime maps it. The counts were taken by another program. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookRouterTest {
    private static final PojoSerializer<Webhook> WEBHOOKS =
            JacksonFactory.getInstance().getSerializer(Webhook.class);

    private final WebhookRouter router = new WebhookRouter();
    private List<RoutedWebhook> routed = List.of();

    @BeforeAll
    void route_the_whole_file() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(WebhookRouterTest.class.getResourceAsStream("github-webhooks.jsonl")),
                StandardCharsets.UTF_8))) {
            routed = lines.lines().map(this::route).toList();
        }
    }

    @Test
    void each_of_the_329_real_webhooks_takes_its_route() {
        assertThat(routed.stream().collect(Collectors.groupingBy(RoutedWebhook::route, Collectors.counting())))
                .isEqualTo(Map.of(
                        "push", 7L,
                        "pull-request", 29L,
                        "issue", 29L,
                        "comment", 14L,
                        "release", 13L,
                        "workflow", 5L,
                        "ping", 4L,
                        "other", 228L));
    }

    @Test
    void the_route_other_takes_the_50_event_types_without_a_function() {
        assertThat(routed.stream()
                        .filter(webhook -> webhook.route().equals("other"))
                        .map(RoutedWebhook::event)
                        .distinct())
                .hasSize(50)
                .doesNotContain("push", "pull_request", "issues", "issue_comment", "commit_comment");
    }

    @Test
    void what_people_read_is_one_line_each() {
        assertThat(routed).extracting(RoutedWebhook::summary).allMatch(line -> !line.isBlank() && !line.contains("\n"));
        assertThat(routed)
                .contains(
                        new RoutedWebhook(
                                "push", "push", "Codertocat created refs/tags/simple-tag of Codertocat/Hello-World"),
                        new RoutedWebhook(
                                "pull_request",
                                "pull-request",
                                "Codertocat/Hello-World#2 opened: Update the README with new information."),
                        new RoutedWebhook(
                                "issues",
                                "issue",
                                "Codertocat/Hello-World#1 edited: Spelling error in the README file"),
                        new RoutedWebhook(
                                "issue_comment", "comment", "Codertocat created a comment on Codertocat/Hello-World#1"),
                        new RoutedWebhook("release", "release", "Codertocat/Hello-World 0.0.1 published"),
                        new RoutedWebhook(
                                "ping", "ping", "hook 109948940 says: Anything added dilutes everything else."));
    }

    @Test
    void a_run_may_have_no_conclusion() {
        assertThat(routed.stream().filter(webhook -> webhook.route().equals("workflow")))
                .filteredOn(webhook -> webhook.summary().endsWith(": no conclusion"))
                .hasSize(2);
    }

    @Test
    void a_payload_without_a_promised_field_fails_by_its_name() {
        assertThatThrownBy(() -> route("{\"event\":\"push\",\"payload\":{\"pusher\":{\"name\":\"Codertocat\"}}}"))
                .isInstanceOf(MissingFieldException.class)
                .hasMessage("payload of webhook 'push' has no 'ref', expected a text or a number");
    }

    @Test
    void an_event_type_of_tomorrow_is_not_lost() {
        assertThat(route("{\"event\":\"hologram\",\"payload\":{\"action\":\"projected\"}}"))
                .isEqualTo(new RoutedWebhook("hologram", "other", "hologram projected"));
    }

    @Test
    void a_webhook_without_event_is_refused_by_name() {
        assertThatThrownBy(() -> route("{\"payload\":{}}")).hasStackTraceContaining("event of the webhook is missing");
    }

    private RoutedWebhook route(String json) {
        return router.handleRequest(WEBHOOKS.fromJson(json), new NoContext());
    }
}
