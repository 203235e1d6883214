package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A tumbling window that a function fills (lambda-semantics 3.7). Its state is nowhere but here: none of its records is
 * committed before it ends, so after a crash they are read again and the function makes the state anew. For one thread.
 */
final class OpenWindow {
    /** What a function may keep. */
    static final int MOST_STATE_BYTES = 1024 * 1024;

    /** What stands around the state in an event, at most. */
    static final int MOST_OTHER_BYTES = 2048;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Functions make them up.
            .build());

    private final WindowBounds bounds;
    private final StreamItem first;
    private StreamItem last;
    private String state = "{}";

    OpenWindow(WindowBounds bounds, StreamItem first) {
        this.bounds = bounds;
        this.first = first;
        this.last = first;
    }

    WindowBounds bounds() {
        return bounds;
    }

    /** First and last record that were handled, for those who look for what was lost. */
    List<StreamItem> ends() {
        return last.equals(first) ? List.of(first) : List.of(first, last);
    }

    /** The new state in a function's answer, as JSON; empty if there is none, which fails the batch. */
    static Optional<String> state(byte[] response) {
        try {
            JsonNode answer = JSON.readTree(response);
            return Optional.ofNullable(answer.get("state"))
                    .filter(JsonNode::isObject)
                    .map(JsonNode::toString);
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /**
     * @param newLast of the records that were handled
     * @return whether the window can go on; else its state has become too large
     */
    boolean fill(StreamItem newLast, String newState) {
        last = newLast;
        state = newState;
        return newState.getBytes(StandardCharsets.UTF_8).length <= MOST_STATE_BYTES;
    }

    /** What an event says of the window, each member with a comma behind it. */
    String members(String partition, Optional<String> sourceArn, boolean isFinal, boolean isEarly) {
        ObjectNode more = JSON.createObjectNode();
        more.putObject("window")
                .put("start", bounds.start().toString())
                .put("end", bounds.end().toString());
        more.put("shardId", partition);
        sourceArn.ifPresent(arn -> more.put("eventSourceARN", arn));
        more.put("isFinalInvokeForWindow", isFinal).put("isWindowTerminatedEarly", isEarly);
        try {
            String object = JSON.writeValueAsString(more);
            return "\"state\":" + state + "," + object.substring(1, object.length() - 1) + ",";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }
}
