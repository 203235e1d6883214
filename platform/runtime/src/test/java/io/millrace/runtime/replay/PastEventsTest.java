package io.millrace.runtime.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PastEventsTest {
    private static final Instant FROM = Instant.parse("2026-11-22T14:00:00Z");
    private static final Instant TO = Instant.parse("2026-11-22T15:00:00Z");
    private static final long NOW = Instant.parse("2026-11-23T09:00:00Z").toEpochMilli();
    private static final String ID = "6f2c8a4e-9b1d-4f7a-8c3e-5d6b7a8c9d0e";

    private static final byte[] LARGE = "Larger than Lambda allows".getBytes(UTF_8);

    private final Vertx vertx = Vertx.vertx();
    private final Path payloads;
    private final PastPayloads kept;
    private final PastEvents events;

    PastEventsTest(@TempDir Path data) {
        Settings settings = Settings.load(Optional.empty(), List.of("payloads.maxBytes=2000000"));
        this.payloads = data.resolve("payloads");
        this.kept = new PastPayloads(
                PayloadStore.open(vertx, settings.payloads(), data, InstantSource.fixed(Instant.ofEpochMilli(NOW))));
        this.events = events(order("", "", false));
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private PastEvents events(ReplayOrder order) {
        return new PastEvents("r1", order, kept, NOW);
    }

    @Test
    void the_range_begins_with_its_first_instant_and_ends_before_its_last() {
        assertThat(events.take(encoded(event(FROM.minusMillis(1))))).isEmpty();
        assertThat(events.take(encoded(event(FROM)))).isPresent();
        assertThat(events.take(encoded(event(TO.minusMillis(1))))).isPresent();
        assertThat(events.take(encoded(event(TO)))).isEmpty();
        assertThat(events.counts().events()).isEqualTo(2);
    }

    @Test
    void a_copy_is_an_invocation_of_its_own_that_says_what_it_is_a_copy_of() {
        Message copy = taken(events, with(event(FROM), EventProperties.TRACE, "a trace"));

        assertThat(EventMessages.id(copy)).isNotEqualTo(ID).hasSize(36);
        assertThat(new String(EventMessages.payload(copy), UTF_8)).isEqualTo("{\"country\":\"JP\"}");
        assertThat(copy.isDurable()).isTrue();
        assertThat(copy.getCreationTime()).as("its age counts anew").isEqualTo(NOW);
        assertThat(copy.getExpiryTime()).isZero();
        assertThat(EventMessages.properties(copy))
                .containsOnly(
                        Map.entry(EventProperties.TRACE, "a trace"),
                        Map.entry(EventProperties.REPLAY, "r1"),
                        Map.entry(EventProperties.REPLAY_OF, ID),
                        Map.entry(EventProperties.REPLAY_OF_TIME, FROM.toEpochMilli()));
    }

    @Test
    void an_event_that_shows_up_again_counts_once_however_it_came_back() {
        assertThat(events.take(encoded(event(FROM)))).isPresent();

        assertThat(events.take(encoded(event(FROM)))).as("the same again").isEmpty();
        assertThat(events.take(encoded(moved(event(FROM), TO))))
                .as("moved away and back")
                .isEmpty();
        Message other = event(FROM);
        other.setMessageId(UUID.randomUUID().toString());
        assertThat(events.take(encoded(with(other, EventProperties.DIED_AT, NOW))))
                .as("redriven")
                .isEmpty();
        assertThat(events.take(encoded(with(other, EventProperties.REPLAY, "r0"))))
                .as("replayed")
                .isEmpty();
        assertThat(events.counts().events()).isEqualTo(1);
    }

    @Test
    void a_copy_has_a_large_payload_of_its_own_so_that_neither_takes_the_others_away() throws IOException {
        // Given
        StoredPayload large = large();
        Files.write(payloads.resolve(large.name()), LARGE);
        // When
        Message copy = taken(events, stored(large));
        // Then
        StoredPayload own = EventMessages.storedPayload(copy).orElseThrow();
        assertThat(own).isEqualTo(new StoredPayload(EventMessages.id(copy), large.bytes(), large.sha256()));
        Files.delete(payloads.resolve(large.name()));
        assertThat(payloads.resolve(own.name())).hasBinaryContent(LARGE);
    }

    @Test
    void an_event_whose_large_payload_is_gone_is_left_out_and_counted_also_by_a_dry_run() throws IOException {
        PastEvents dryRun = events(new ReplayOrder(new FunctionName("orders"), "", FROM, TO, "", false, true));

        assertThat(events.take(encoded(stored(large())))).isEmpty();
        assertThat(dryRun.take(encoded(stored(large())))).isEmpty();

        assertThat(events.counts()).isEqualTo(new ReplayCounts(0, 0, 0, 1));
        assertThat(dryRun.counts()).isEqualTo(new ReplayCounts(0, 0, 0, 1));
    }

    @Test
    void a_dry_run_copies_no_payload() throws IOException {
        Files.write(payloads.resolve(ID), LARGE);
        PastEvents dryRun = events(new ReplayOrder(new FunctionName("orders"), "", FROM, TO, "", false, true));

        dryRun.take(encoded(stored(large())));

        assertThat(dryRun.counts()).isEqualTo(new ReplayCounts(1, 0, 0, 0));
        assertThat(payloads.toFile().list()).containsExactly(ID);
    }

    private static StoredPayload large() {
        return new StoredPayload(ID, LARGE.length, "0".repeat(64));
    }

    /** Accepted at the first instant. */
    private static Message stored(StoredPayload payload) {
        Message message = with(event(FROM), EventProperties.PAYLOAD, payload.text());
        message.setBody(new Data(new Binary(payload.standIn())));
        return message;
    }

    @Test
    void an_event_that_was_moved_keeps_the_time_its_publisher_gave_it() {
        assertThat(events.take(encoded(moved(event(FROM.minusSeconds(1)), FROM))))
                .isEmpty();
    }

    @Test
    void an_event_whose_time_nobody_noted_is_counted_and_left_out() {
        Message undated = EventMessages.transientMessage(ID, "{}".getBytes(UTF_8), Map.of());

        assertThat(events.take(encoded(undated))).isEmpty();
        assertThat(events.counts()).isEqualTo(new ReplayCounts(0, 1, 0, 0));
    }

    @Test
    void a_pattern_chooses_by_the_payload_and_what_is_no_object_never_matches() {
        PastEvents french = events(order("", "{\"country\":[\"FR\"]}", false));
        PastEvents japanese = events(order("", "{\"country\":[\"JP\"]}", false));
        Message text = EventMessages.durable(ID, "no JSON".getBytes(UTF_8), Map.of(), null);
        text.setCreationTime(FROM.toEpochMilli());

        assertThat(french.take(encoded(event(FROM)))).isEmpty();
        assertThat(japanese.take(encoded(event(FROM)))).isPresent();
        assertThat(events(order("", "{\"country\":[\"JP\"]}", false)).take(encoded(text)))
                .isEmpty();
    }

    @Test
    void the_version_asked_for_takes_the_place_of_the_one_it_was_published_to() {
        Message published = with(event(FROM), EventProperties.QUALIFIER, "old");

        assertThat(EventMessages.property(taken(events, published), EventProperties.QUALIFIER))
                .contains("old");
        assertThat(EventMessages.property(
                        taken(events(order("live", "", false)), published), EventProperties.QUALIFIER))
                .contains("live");
    }

    @Test
    void idempotency_keys_stay_unless_they_are_to_go_and_duplicate_ids_always_go() {
        Message keyed = with(event(FROM), EventProperties.IDEMPOTENCY_KEY, "order-1");
        keyed = with(keyed, EventProperties.DUPLICATE_ID, "d");

        Message copy = taken(events, keyed);
        assertThat(EventMessages.property(copy, EventProperties.IDEMPOTENCY_KEY))
                .contains("order-1");
        assertThat(EventMessages.property(copy, EventProperties.DUPLICATE_ID)).isEmpty();
        assertThat(EventMessages.property(taken(events(order("", "", true)), keyed), EventProperties.IDEMPOTENCY_KEY))
                .isEmpty();
    }

    private static ReplayOrder order(String into, String pattern, boolean withoutKeys) {
        return new ReplayOrder(new FunctionName("orders"), into, FROM, TO, pattern, withoutKeys, false);
    }

    private static Message taken(PastEvents by, Message event) {
        Optional<Message> copy = by.take(encoded(event));
        assertThat(copy).isPresent();
        return copy.get();
    }

    private static Message event(Instant time) {
        String id = time.equals(FROM) ? ID : UUID.randomUUID().toString();
        Message message =
                EventMessages.durable(id, "{\"country\":\"JP\"}".getBytes(UTF_8), Map.of(), Duration.ofHours(1));
        message.setCreationTime(time.toEpochMilli());
        return message;
    }

    private static Message with(Message message, String property, Object value) {
        Map<String, Object> properties = new HashMap<>(EventMessages.properties(message));
        properties.put(property, value);
        message.setApplicationProperties(new ApplicationProperties(properties));
        return message;
    }

    /** As the broker leaves it, with the time it came to where it was moved from. */
    private static Message moved(Message message, Instant noted) {
        message.setMessageAnnotations(new MessageAnnotations(new HashMap<>(Map.of(
                Symbol.valueOf("x-opt-ORIG-ADDRESS"),
                "parked",
                Symbol.valueOf(EventProperties.INGRESS_TIME),
                noted.toEpochMilli()))));
        return message;
    }

    private static byte[] encoded(Message message) {
        byte[] into = new byte[4_096];
        return Arrays.copyOf(into, message.encode(into, 0, into.length));
    }
}
