package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.config.IdentitySettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/**
 * Events of a bus as JSON. A message that any client sends to the address of a bus is one: as it is where it has source,
 * detail-type and detail; else it is the detail of one.
 */
final class BusEvents {
    static final String TIME = "time";
    static final String REPLAY_NAME = "replay-name";
    private static final String SOURCE = "source";
    private static final String DETAIL_TYPE = "detail-type";
    private static final String DETAIL = "detail";
    private static final String RESOURCES = "resources";
    /** Of a message that does not say. */
    private static final String PLAIN_SOURCE = "millrace.message";

    private static final String PLAIN_TYPE = "Message";
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Publishers make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private BusEvents() {}

    static ObjectNode of(
            String id,
            Instant time,
            String source,
            String detailType,
            List<String> resources,
            ObjectNode detail,
            IdentitySettings identity) {
        ObjectNode event = JSON.createObjectNode()
                .put("version", "0")
                .put("id", id)
                .put(DETAIL_TYPE, detailType)
                .put(SOURCE, source)
                .put("account", identity.account())
                .put(TIME, SECONDS.format(time))
                .put("region", identity.region());
        resources.forEach(event.putArray(RESOURCES)::add);
        event.set(DETAIL, detail);
        return event;
    }

    static ObjectNode read(Message message, IdentitySettings identity) {
        Optional<JsonNode> body = json(EventMessages.payload(message));
        String id = EventMessages.id(message);
        Instant time = EventMessages.receivedAt(message).orElseGet(Instant::now).truncatedTo(ChronoUnit.SECONDS);
        if (body.filter(BusEvents::isEvent).isPresent()) {
            return completed(
                    (ObjectNode) body.get(), of(id, time, "", "", List.of(), JSON.createObjectNode(), identity));
        }
        ObjectNode detail = body.filter(JsonNode::isObject)
                .map(ObjectNode.class::cast)
                .orElseGet(() -> JSON.createObjectNode()
                        .put("body", new String(EventMessages.payload(message), StandardCharsets.UTF_8)));
        String type = Optional.ofNullable(message.getSubject()).orElse(PLAIN_TYPE);
        String source = EventMessages.property(message, SOURCE).orElse(PLAIN_SOURCE);
        return of(id, time, source, type, List.of(), detail, identity);
    }

    private static boolean isEvent(JsonNode body) {
        return body.path(SOURCE).isTextual()
                && body.path(DETAIL_TYPE).isTextual()
                && body.path(DETAIL).isObject();
    }

    /** What it has stays; what is missing comes from {@code defaults}. */
    private static ObjectNode completed(ObjectNode event, ObjectNode defaults) {
        defaults.properties().forEach(member -> {
            if (!event.hasNonNull(member.getKey())) {
                event.set(member.getKey(), member.getValue());
            }
        });
        return event;
    }

    static Optional<JsonNode> json(byte[] text) {
        try {
            return Optional.ofNullable(JSON.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (IOException plain) {
            return Optional.empty();
        }
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }
}
