package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.dispatch.RunEnd;
import io.millrace.runtime.observe.ShadowResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How an event ended, and how its copy did.
 *
 * @param difference as it is shown; empty where there is none
 */
record Comparison(ShadowResult result, long liveNanos, long shadowNanos, Optional<ObjectNode> difference) {
    /** Of a result that is shown. */
    private static final int SHOWN_BYTES = 300;

    private static final int SHOWN_MESSAGE = 300;

    static Comparison of(ShadowCopy copy, RunEnd shadow, Instant now) {
        Optional<String> at = Optional.empty();
        ShadowResult result;
        if (copy.live().outcome() instanceof Outcome.Succeeded live) {
            if (shadow.outcome() instanceof Outcome.Succeeded other) {
                at = JsonDifference.first(live.response(), other.response());
                result = at.isEmpty() ? ShadowResult.SAME : ShadowResult.DIFFERENT;
            } else {
                result = ShadowResult.FAILED_IN_SHADOW;
            }
        } else if (shadow.outcome() instanceof Outcome.Succeeded) {
            result = ShadowResult.FAILED_LIVE;
        } else {
            result = errorType(copy.live()).equals(errorType(shadow)) ? ShadowResult.SAME : ShadowResult.DIFFERENT;
        }
        return new Comparison(
                result,
                copy.live().runNanos(),
                shadow.runNanos(),
                result == ShadowResult.SAME ? Optional.empty() : Optional.of(shown(copy, shadow, result, at, now)));
    }

    private static String errorType(RunEnd run) {
        return run.outcome() instanceof FunctionError error ? error.errorType() : "";
    }

    private static ObjectNode shown(
            ShadowCopy copy, RunEnd shadow, ShadowResult result, Optional<String> at, Instant now) {
        ObjectNode shown = JsonNodeFactory.instance
                .objectNode()
                .put("requestId", copy.liveId())
                .put("shadowRequestId", copy.shadowId())
                .put("time", now.truncatedTo(ChronoUnit.MILLIS).toString())
                .put("result", result.label());
        at.ifPresent(pointer -> shown.put("at", pointer));
        shown.set("live", side(copy.live()));
        shown.set("shadow", side(shadow));
        return shown;
    }

    private static ObjectNode side(RunEnd run) {
        ObjectNode side = JsonNodeFactory.instance.objectNode().put("version", run.version());
        if (run.runNanos() >= 0) {
            side.put("millis", TimeUnit.NANOSECONDS.toMicros(run.runNanos()) / 1_000.0);
        }
        if (run.outcome() instanceof Outcome.Succeeded succeeded) {
            side.put("response", shortened(succeeded.response()));
        } else if (run.outcome() instanceof FunctionError error) {
            side.put("errorType", error.errorType()).put("errorMessage", shortened(error.errorMessage()));
        }
        return side;
    }

    private static String shortened(byte[] response) {
        if (response.length <= SHOWN_BYTES) {
            return new String(response, StandardCharsets.UTF_8);
        }
        return new String(Arrays.copyOf(response, SHOWN_BYTES), StandardCharsets.UTF_8) + "…";
    }

    private static String shortened(String message) {
        return message.length() <= SHOWN_MESSAGE ? message : message.substring(0, SHOWN_MESSAGE) + "…";
    }
}
