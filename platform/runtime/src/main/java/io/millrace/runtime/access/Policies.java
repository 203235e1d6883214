package io.millrace.runtime.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the policies of functions and layers allow (lambda-semantics 8.1). From memory; thread-safe. A document has the
 * member {@code Statement}, as policies have it. What a condition asks for and a request does not tell is not given.
 */
final class Policies {
    private final DocumentShelf documents;

    Policies(DocumentShelf documents) {
        this.documents = documents;
    }

    /**
     * @param userArn of the caller; empty for nobody in particular, whom only the principal {@code *} means
     * @param facts that conditions may ask for, by key in lower case
     */
    boolean allow(FunctionArn function, String action, Optional<String> userArn, Map<String, String> facts) {
        return allow(
                documents.find(
                        DocumentKind.POLICY,
                        function.function().value(),
                        function.qualifier().orElse(FunctionArn.LATEST)),
                action,
                userArn,
                facts);
    }

    boolean allowLayer(String layer, String version, String action, Optional<String> userArn) {
        return allow(documents.find(DocumentKind.LAYER_POLICY, layer, version), action, userArn, Map.of());
    }

    private static boolean allow(
            Optional<ObjectNode> policy, String action, Optional<String> userArn, Map<String, String> facts) {
        if (policy.isEmpty()) {
            return false;
        }
        for (JsonNode statement : policy.get().path("Statement")) {
            if (Permission.matchesAction(statement.path("Action").asText(), action)
                    && means(statement.path("Principal"), userArn)
                    && holds(statement.path("Condition"), facts)) {
                return true;
            }
        }
        return false;
    }

    /** The account as a principal leaves it to what its users may do by themselves, as at AWS. */
    private static boolean means(JsonNode principal, Optional<String> userArn) {
        String only = principal.isTextual()
                ? principal.asText()
                : principal.path("AWS").asText();
        return only.equals("*") || userArn.filter(only::equals).isPresent();
    }

    private static boolean holds(JsonNode conditions, Map<String, String> facts) {
        for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
            boolean isPattern = operator.getKey().equals("ArnLike");
            for (Map.Entry<String, JsonNode> wanted : operator.getValue().properties()) {
                String fact = facts.get(wanted.getKey().toLowerCase(Locale.ROOT));
                String value = wanted.getValue().asText();
                if (fact == null || !(isPattern ? Wildcards.match(value, fact) : value.equals(fact))) {
                    return false;
                }
            }
        }
        return true;
    }
}
