package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a function that reports item failures says about a batch (lambda-semantics 3.6). */
final class ItemFailures {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Functions make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ItemFailures() {}

    /**
     * @param batch ids of all its messages
     * @return those that failed; empty if the whole batch has, because the answer does not say which
     */
    static Optional<Set<String>> read(byte[] response, Set<String> batch) {
        return read(response, batch, id -> id.isTextual() ? Optional.of(id.textValue()) : Optional.<String>empty());
    }

    /** @param meaning of an identifier in the answer; empty for what is none */
    static Optional<Set<String>> read(
            byte[] response, Set<String> batch, Function<JsonNode, Optional<String>> meaning) {
        if (response.length == 0) {
            return Optional.of(Set.of());
        }
        JsonNode answer;
        try {
            answer = JSON.readTree(response);
        } catch (IOException notJson) {
            return Optional.empty();
        }
        return answer.isObject() ? listed(answer.path("batchItemFailures"), batch, meaning) : ofNoObject(answer);
    }

    /** Nothing at all, however it is spelt, is a success; anything else is no answer. */
    private static Optional<Set<String>> ofNoObject(JsonNode answer) {
        boolean isNothing = answer.isNull()
                || answer.isMissingNode()
                || (answer.isArray() && answer.isEmpty())
                || (answer.isTextual() && answer.textValue().isEmpty());
        return isNothing ? Optional.of(Set.of()) : Optional.empty();
    }

    private static Optional<Set<String>> listed(
            JsonNode failures, Set<String> batch, Function<JsonNode, Optional<String>> meaning) {
        if (failures.isMissingNode() || failures.isNull()) {
            return Optional.of(Set.of());
        }
        if (!failures.isArray()) {
            return Optional.empty();
        }
        Set<String> failed = new HashSet<>();
        for (JsonNode failure : failures) {
            Optional<String> id = meaning.apply(failure.path("itemIdentifier")).filter(batch::contains);
            if (id.isEmpty()) {
                return Optional.empty();
            }
            failed.add(id.get());
        }
        return Optional.of(failed);
    }
}
