package io.millrace.runtime.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.pattern.EventPattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/**
 * Tells which messages of the history are meant, each event once however often the broker moved it about, and writes the
 * copies that are sent. For one thread, which may be blocked, but for {@link #counts}.
 */
final class PastEvents {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String replay;
    private final ReplayOrder order;
    private final PastPayloads payloads;
    private final Optional<EventPattern> pattern;
    private final long now;
    private final Set<UUID> known = new HashSet<>();
    private volatile ReplayCounts counts = ReplayCounts.NONE;

    /** @param now when the copies are sent, in milliseconds since 1970: their age counts from then */
    PastEvents(String replay, ReplayOrder order, PastPayloads payloads, long now) {
        this.replay = replay;
        this.order = order;
        this.payloads = payloads;
        this.pattern = order.pattern().isEmpty() ? Optional.empty() : Optional.of(new EventPattern(order.pattern()));
        this.now = now;
    }

    ReplayCounts counts() {
        return counts;
    }

    /** What is to be sent for it; empty where it is not meant. */
    Optional<Message> take(byte[] encoded) {
        Message message = Message.Factory.create();
        message.decode(encoded, 0, encoded.length);
        Map<String, Object> properties = EventMessages.properties(message);
        if (properties.containsKey(EventProperties.DIED_AT) || properties.containsKey(EventProperties.REPLAY)) {
            return Optional.empty(); // Redriven or replayed: the event itself is there, too.
        }
        Optional<Instant> time = acceptedAt(message);
        if (time.filter(this::isOutside).isPresent()) {
            return Optional.empty();
        }
        String id = EventMessages.id(message);
        if (!known.add(UUID.fromString(id))) {
            return Optional.empty();
        }
        if (time.isEmpty()) {
            counts = counts.andUndated();
            return Optional.empty();
        }
        if (!isMatched(message)) {
            return Optional.empty();
        }
        String newId = newId(id);
        Optional<StoredPayload> stored = EventMessages.storedPayload(message);
        if (stored.isPresent() && !isKept(stored.get(), newId)) {
            counts = counts.andWithoutPayload();
            return Optional.empty();
        }
        counts = counts.andOne();
        return Optional.of(copy(message, id, newId, time.get()));
    }

    /** As its own, where it is replayed. */
    private boolean isKept(StoredPayload payload, String newName) {
        return order.dryRun() ? payloads.has(payload) : payloads.copy(payload, newName);
    }

    /** By the broker's note, unless it is of another queue from which the event was moved; else by its publisher's. */
    private static Optional<Instant> acceptedAt(Message message) {
        Optional<Instant> created = message.getCreationTime() > 0
                ? Optional.of(Instant.ofEpochMilli(message.getCreationTime()))
                : Optional.empty();
        return EventMessages.enteredQueueAt(message).or(() -> created).or(() -> EventMessages.receivedAt(message));
    }

    private boolean isOutside(Instant time) {
        return time.isBefore(order.from()) || !time.isBefore(order.to());
    }

    private boolean isMatched(Message message) {
        if (pattern.isEmpty()) {
            return true;
        }
        try {
            JsonNode payload = JSON.readTree(EventMessages.payload(message));
            return payload != null && payload.isObject() && pattern.get().matches(payload);
        } catch (IOException noJson) {
            return false;
        }
    }

    private Message copy(Message event, String id, String newId, Instant time) {
        Message copy = DeadLetterMessages.copy(event);
        copy.setMessageId(newId);
        copy.setDurable(true);
        copy.setCreationTime(now);
        Map<String, Object> properties = new HashMap<>(EventMessages.properties(event));
        properties.remove(EventProperties.DUPLICATE_ID);
        properties.remove(EventProperties.REQUEST_ID);
        properties.remove(EventProperties.ORIGIN_ADDRESS);
        properties.remove(EventProperties.ORIGIN_QUEUE);
        if (order.withoutKeys()) {
            properties.remove(EventProperties.IDEMPOTENCY_KEY);
        }
        if (!order.into().isEmpty()) {
            properties.put(EventProperties.QUALIFIER, order.into());
        }
        EventMessages.storedPayload(event)
                .ifPresent(stored -> properties.put(
                        EventProperties.PAYLOAD, new StoredPayload(newId, stored.bytes(), stored.sha256()).text()));
        properties.put(EventProperties.REPLAY, replay);
        properties.put(EventProperties.REPLAY_OF, id);
        properties.put(EventProperties.REPLAY_OF_TIME, time.toEpochMilli());
        copy.setApplicationProperties(new ApplicationProperties(properties));
        return copy;
    }

    /** A replayed event is an invocation of its own: with the old id it would be taken for one that is done. */
    private String newId(String id) {
        return UUID.nameUUIDFromBytes((replay + "/" + id).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
