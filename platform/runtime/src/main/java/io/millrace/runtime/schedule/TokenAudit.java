package io.millrace.runtime.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks the broker which tokens it has. Thread-safe. */
final class TokenAudit {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A token that is delivered, and one that follows it, pass from the one to the other; hence that order. */
    private static final List<String> LISTINGS = List.of(
            "listScheduledMessagesAsJSON",
            "listDeliveringMessagesAsJSON",
            "listMessagesAsJSON",
            "listScheduledMessagesAsJSON");

    private final BrokerManagement management;
    private final String resource;

    TokenAudit(BrokerManagement management, String queue) {
        this.management = management;
        this.resource = "queue." + queue;
    }

    /** How many messages the queue has, whatever they wait for. */
    Future<Long> count() {
        return management.attribute(resource, "MessageCount").map(JsonNode::asLong);
    }

    /** {@code id/revision} of each. One that is being handed on may be missed. */
    Future<Set<String>> present() {
        Future<Set<String>> found = Future.succeededFuture(new HashSet<>());
        for (String listing : LISTINGS) {
            found = found.compose(tokens -> list(listing).map(answer -> {
                collect(answer, tokens);
                return tokens;
            }));
        }
        return found;
    }

    private Future<JsonNode> list(String listing) {
        Object[] arguments = listing.equals("listMessagesAsJSON") ? new Object[] {""} : new Object[] {};
        return management.operation(resource, listing, arguments).map(answer -> parse(answer.asText()));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new IllegalStateException("the broker listed messages as what is no JSON", notJson);
        }
    }

    /** Deliveries are listed by consumer, so messages are at different depths. */
    private static void collect(JsonNode node, Set<String> tokens) {
        if (node.has(Token.ID)) {
            tokens.add(node.path(Token.ID).asText() + "/"
                    + node.path(Token.REVISION).asText());
            return;
        }
        node.forEach(inner -> collect(inner, tokens));
    }
}
