package io.millrace.runtime.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.relay.Passage;
import io.millrace.runtime.relay.RelayTarget;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RuleRouteTest {
    private static final IdentitySettings IDENTITY = new IdentitySettings("us-east-1", "000000000000");
    private static final String ARN = "arn:aws:events:us-east-1:000000000000:rule/";
    private static final RuleTarget EVENT = target(Optional.empty(), Optional.empty());

    private static RuleTarget target(Optional<String> inputPath, Optional<InputTransformer> transformer) {
        return new RuleTarget(
                "t",
                "arn:any",
                Optional.empty(),
                inputPath,
                transformer,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static RuleRoute route(boolean enabled, RuleTarget target) {
        EventRule rule = new EventRule("default", "r", "", "{\"source\":[\"s\"]}", enabled, List.of(target));
        return new RuleRoute(rule, target, RelayTarget.Kind.FUNCTION, IDENTITY);
    }

    private static Message event() {
        return EventMessages.durable(
                "c0ffee00-0000-4000-8000-000000000000",
                "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{\"n\":1}}".getBytes(StandardCharsets.UTF_8),
                Map.of(),
                null);
    }

    private static Message replayed(List<String> rules) {
        Message message = event();
        message.setApplicationProperties(new ApplicationProperties(new HashMap<>(ReplayMarks.of("again", rules))));
        return message;
    }

    @Test
    void a_disabled_rule_goes_on_only_with_what_it_has_chosen_before() {
        // Given
        Message fresh = event();
        Message triedBefore = event();
        triedBefore.setDeliveryCount(1);
        // Then
        assertThat(route(true, EVENT).pass(fresh)).isInstanceOf(Passage.Wanted.class);
        assertThat(route(false, EVENT).pass(fresh)).isSameAs(Passage.UNWANTED);
        assertThat(route(false, EVENT).pass(triedBefore)).isInstanceOf(Passage.Wanted.class);
    }

    @Test
    void a_replay_reaches_the_rules_it_names_or_all() {
        RuleRoute route = route(true, EVENT);
        assertThat(route.pass(replayed(List.of()))).isInstanceOf(Passage.Wanted.class);
        assertThat(route.pass(replayed(List.of(ARN + "q", ARN + "r")))).isInstanceOf(Passage.Wanted.class);
        assertThat(route.pass(replayed(List.of(ARN + "rr")))).isSameAs(Passage.UNWANTED);
    }

    @Test
    void an_archive_keeps_no_replayed_event() {
        Archive archive = new Archive("a", "default", "", Optional.empty(), 0, Instant.EPOCH);
        ArchiveRoute route = new ArchiveRoute(archive, IDENTITY);
        assertThat(route.pass(event())).isInstanceOf(Passage.Wanted.class);
        assertThat(route.pass(replayed(List.of()))).isSameAs(Passage.UNWANTED);
    }

    @Test
    void an_input_that_cannot_be_made_is_unusable() {
        assertThat(route(true, target(Optional.of("$.detail.x"), Optional.empty()))
                        .pass(event()))
                .isInstanceOfSatisfying(Passage.Unusable.class, unusable -> assertThat(unusable.code())
                        .isEqualTo("INVALID_JSON"));
        InputTransformer torn = InputTransformer.of(Map.of("n", "$.detail.n"), "number <n>");
        assertThat(route(true, target(Optional.empty(), Optional.of(torn))).pass(event()))
                .isInstanceOf(Passage.Unusable.class);
    }

    @Test
    void a_message_that_is_no_event_is_the_detail_of_one() {
        // Given
        Message plain = EventMessages.durable(
                "c0ffee00-0000-4000-8000-000000000000",
                "{\"n\":1}".getBytes(StandardCharsets.UTF_8),
                Map.of("source", "s"),
                null);
        plain.setSubject("order");
        // When
        var event = BusEvents.read(plain, IDENTITY);
        // Then
        assertThat(event.at("/detail/n").asInt()).isEqualTo(1);
        assertThat(event.path("source").asText()).isEqualTo("s");
        assertThat(event.path("detail-type").asText()).isEqualTo("order");
        assertThat(event.path("id").asText()).isEqualTo("c0ffee00-0000-4000-8000-000000000000");
    }
}
