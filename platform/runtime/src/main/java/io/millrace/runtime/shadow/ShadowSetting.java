package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Which events of a function another version runs, too; as it is kept and shown.
 *
 * @param id another one each time it is set
 * @param to the version or alias that runs the copies
 * @param of the version or alias whose events are copied; empty for all
 * @param share of them, above 0.0 and up to 1.0
 * @param by who set it
 */
record ShadowSetting(String id, FunctionName function, String to, String of, double share, String by, Instant since) {

    /** Whether events are meant that were published to this version or alias. */
    boolean means(Optional<String> qualifier) {
        return of.isEmpty() || of.equals(qualifier.orElse(FunctionArn.LATEST));
    }

    ObjectNode document() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("shadow", id)
                .put("function", function.value())
                .put("to", to)
                .put("of", of)
                .put("share", share)
                .put("by", by)
                .put("since", since.truncatedTo(ChronoUnit.MILLIS).toString());
    }

    static ShadowSetting of(ObjectNode document) {
        return new ShadowSetting(
                document.path("shadow").asText(),
                new FunctionName(document.path("function").asText()),
                document.path("to").asText(),
                document.path("of").asText(),
                document.path("share").asDouble(),
                document.path("by").asText(),
                Instant.parse(document.path("since").asText()));
    }
}
