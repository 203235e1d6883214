package io.millrace.runtime.environment.inprocess;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The event as a handler's parameter, and its result as JSON. What does not fit fails as in Lambda's Java runtime, with
 * a RuntimeException; its message says where, but quotes nothing of the payload. Thread-safe.
 *
 * @param inputName the parameter's type, for messages
 * @param outputName the result's type, for messages
 */
record TypedJson(JsonCodec input, String inputName, JsonCodec output, String outputName) {

    /** @throws UnusablePayloadException if it is too large to be in memory */
    @Nullable
    Object read(HandlerEvent event) {
        if (input == RawBytes.STREAM) {
            return event.stream();
        }
        byte[] json = event.bytes();
        try {
            return input.read(json);
        } catch (Throwable e) { // Setters and constructors of the handler's types run here: they may throw anything.
            throw new RuntimeException("An error occurred during JSON parsing: the event cannot be read as " + inputName
                    + " (" + describe(e) + ")");
        }
    }

    byte[] write(@Nullable Object result) {
        try {
            return output.write(result);
        } catch (Throwable e) { // As above, for getters.
            throw new RuntimeException("An error occurred during JSON serialization of response: the result cannot be"
                    + " written as " + outputName + " (" + describe(e) + ")");
        }
    }

    private static String describe(Throwable thrown) {
        Throwable e = thrown instanceof java.io.UncheckedIOException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown;
        StringBuilder text = new StringBuilder(e.getClass().getSimpleName());
        JsonLocation at = e instanceof JsonProcessingException json ? json.getLocation() : null;
        if (at != null && at.getLineNr() > 0) {
            text.append(" at line ").append(at.getLineNr()).append(", column ").append(at.getColumnNr());
        }
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            text.append(", at ").append(path(mapping));
        }
        Throwable root = rootOf(e);
        if (root != e) {
            text.append(", caused by ").append(root.getClass().getName());
        }
        return text.toString();
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root;
    }

    // Keys of a map are data, so only names of properties are told.
    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFrom() instanceof Map || step.getFieldName() == null ? "*" : step.getFieldName())
                .collect(Collectors.joining("."));
    }
}
