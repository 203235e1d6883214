package io.millrace.runtime.environment.inprocess;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.Outcome.FunctionError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Failed attempts in the shape that Lambda's Java runtime gives them (lambda-semantics 1.5, 5.7). */
final class FunctionErrors {
    /** 6 MiB and 100 bytes. */
    static final int MAXIMUM_RESPONSE_BYTES = 6_291_556;

    static final String TIMED_OUT = "Sandbox.Timedout";

    private static final int MAXIMUM_TRACE_CHARS = 32 * 1024;
    private static final int MAXIMUM_MESSAGE_CHARS = 32 * 1024;
    private static final int MAXIMUM_CAUSES = 8;
    /** Where users' code is called from, and where what does not fit their types is reported. */
    private static final Set<String> OURS =
            Set.of(HandlerCalls.class.getName(), HandlerClass.class.getName(), TypedJson.class.getName());
    /** Between the handler and our own frames where a method is called by reflection. */
    private static final List<String> REFLECTION = List.of("java.lang.reflect.", "jdk.internal.reflect.");

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .disable(JsonGenerator.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private FunctionErrors() {}

    static FunctionError timedOut(String requestId, Duration timeout) {
        String seconds = String.format(Locale.ROOT, "%.2f", (double) timeout.toMillis() / 1000);
        return platformError(
                TIMED_OUT, "RequestId: " + requestId + " Error: Task timed out after " + seconds + " seconds");
    }

    /** For attempts that are cut off because the platform closes. */
    static FunctionError closed(String requestId) {
        return platformError(
                "Runtime.ExitError",
                "RequestId: " + requestId + " Error: Runtime exited because the platform was closed");
    }

    static FunctionError unusable(UnusablePayloadException payload) {
        return platformError(payload.errorType(), String.valueOf(payload.getMessage()));
    }

    static FunctionError responseTooLarge(long maximumBytes) {
        String message = "Response payload size exceeded maximum allowed payload size (" + maximumBytes + " bytes).";
        ObjectNode payload = JSON.createObjectNode();
        payload.put("errorMessage", message);
        payload.put("errorType", "Function.ResponseSizeTooLarge");
        return new FunctionError("Function.ResponseSizeTooLarge", message, "", bytes(payload));
    }

    /** Never throws, also when memory or stack are short. */
    static FunctionError of(Throwable thrown) {
        Throwable own = unwrap(thrown);
        try {
            Writing writing = new Writing();
            ObjectNode payload = writing.describe(own);
            return new FunctionError(own.getClass().getName(), messageOf(own), writing.text.toString(), bytes(payload));
        } catch (Throwable noRoomToDescribe) {
            String type = own.getClass().getName();
            byte[] payload = ("{\"errorMessage\":\"" + type + "\",\"errorType\":\"" + type + "\",\"stackTrace\":[]}")
                    .getBytes(StandardCharsets.UTF_8);
            return new FunctionError(type, type, "", payload);
        }
    }

    private static FunctionError platformError(String type, String message) {
        ObjectNode payload = JSON.createObjectNode();
        payload.put("errorType", type);
        payload.put("errorMessage", message);
        return new FunctionError(type, message, "", bytes(payload));
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable inner = thrown;
        while ((inner instanceof InvocationTargetException || inner instanceof ExceptionInInitializerError)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static String messageOf(Throwable thrown) {
        String message;
        try {
            message = thrown.getLocalizedMessage();
        } catch (Throwable brokenMessage) { // The handler's own class may throw anything here.
            message = null;
        }
        return cut(message == null ? thrown.getClass().getName() : message, MAXIMUM_MESSAGE_CHARS);
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    private static byte[] bytes(ObjectNode payload) {
        try {
            return JSON.writeValueAsBytes(payload);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** One error and its causes, with one budget for all their frames. */
    private static final class Writing {
        private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final StringBuilder text = new StringBuilder();
        private int charsLeft = MAXIMUM_TRACE_CHARS;

        ObjectNode describe(Throwable thrown) {
            seen.add(thrown);
            ObjectNode node = JSON.createObjectNode();
            node.put("errorMessage", messageOf(thrown));
            node.put("errorType", thrown.getClass().getName());
            writeFrames(thrown.getStackTrace(), node.putArray("stackTrace"));
            Throwable cause = causeOf(thrown);
            if (cause != null) {
                line("Caused by: " + cause.getClass().getName() + ": " + cut(messageOf(cause), 1024));
                node.set("cause", describe(cause));
            }
            return node;
        }

        private @Nullable Throwable causeOf(Throwable thrown) {
            Throwable cause = thrown.getCause();
            return cause == null || seen.contains(cause) || seen.size() > MAXIMUM_CAUSES ? null : cause;
        }

        private void writeFrames(StackTraceElement[] frames, ArrayNode array) {
            int end = ownFrames(frames);
            for (int i = 0; i < end; i++) {
                String frame = frames[i].toString();
                if (!line(frame)) {
                    return;
                }
                array.add(frame);
            }
        }

        private boolean line(String line) {
            if (line.length() + 1 > charsLeft) {
                charsLeft = 0;
                return false;
            }
            charsLeft -= line.length() + 1;
            text.append(text.isEmpty() ? "" : "\n").append(line);
            return true;
        }

        /** How many frames, from the top, are not the platform's. */
        private static int ownFrames(StackTraceElement[] frames) {
            int end = 0;
            while (end < frames.length && !isOurs(frames[end])) {
                end++;
            }
            boolean cutOurs = end < frames.length;
            while (cutOurs && end > 0 && isReflection(frames[end - 1])) {
                end--;
            }
            return end;
        }

        private static boolean isOurs(StackTraceElement frame) {
            return OURS.contains(frame.getClassName());
        }

        private static boolean isReflection(StackTraceElement frame) {
            return REFLECTION.stream().anyMatch(frame.getClassName()::startsWith);
        }
    }
}
