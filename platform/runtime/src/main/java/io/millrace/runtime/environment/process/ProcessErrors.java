package io.millrace.runtime.environment.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.runtimeapi.RuntimeFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;

/** Failed attempts as the platform words them, and as runtimes post them (lambda-semantics 1.5, 5.7). */
final class ProcessErrors {
    private static final JsonMapper JSON = new JsonMapper();

    private ProcessErrors() {}

    static FunctionError timedOut(String requestId, Duration timeout) {
        return platform("Sandbox.Timedout", requestId, timedOutText(timeout));
    }

    static String timedOutText(Duration timeout) {
        return "Task timed out after " + String.format(Locale.ROOT, "%.2f", timeout.toMillis() / 1000.0) + " seconds";
    }

    /** For an initialisation ahead of any invocation that took too long; there is no request. */
    static FunctionError initTimedOut(Duration limit) {
        return platform("Sandbox.Timedout", "", timedOutText(limit));
    }

    static FunctionError exited(String requestId, ProcessExit exit) {
        return platform(exit.errorType(), requestId, exit.text());
    }

    /** For attempts that are cut off because the environment is ended. */
    static FunctionError closed(String requestId) {
        return platform("Runtime.ExitError", requestId, "Runtime exited because the platform was closed");
    }

    /** Verbatim, whatever the runtime made of it. */
    static FunctionError posted(RuntimeFailure failure) {
        JsonNode body = parse(failure.body());
        String type = body.path("errorType").asText(failure.type().isEmpty() ? "Runtime.Unknown" : failure.type());
        String message = body.path("errorMessage").asText("");
        if (failure.body().length == 0) {
            return new FunctionError(type, message, "", payload(type, message));
        }
        return new FunctionError(type, message, trace(body), failure.body());
    }

    private static JsonNode parse(byte[] body) {
        try {
            return body.length == 0 ? JSON.missingNode() : JSON.readTree(body);
        } catch (IOException notJson) { // A custom runtime may post anything; the caller gets it as it is.
            return JSON.missingNode();
        }
    }

    /** Python and Java call it stackTrace, Node.js trace. */
    private static String trace(JsonNode body) {
        JsonNode frames = body.has("stackTrace") ? body.path("stackTrace") : body.path("trace");
        StringJoiner text = new StringJoiner("\n");
        frames.forEach(frame -> text.add(frame.isTextual() ? frame.asText().stripTrailing() : frame.toString()));
        return text.toString();
    }

    private static FunctionError platform(String type, String requestId, String what) {
        String message = "RequestId: " + requestId + " Error: " + what;
        return new FunctionError(type, message, "", payload(type, message));
    }

    private static byte[] payload(String type, String message) {
        ObjectNode payload = JSON.createObjectNode();
        payload.put("errorType", type);
        payload.put("errorMessage", message);
        try {
            return JSON.writeValueAsBytes(payload);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
