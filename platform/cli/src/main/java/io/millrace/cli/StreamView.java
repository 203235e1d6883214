package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Streams in requests. */
final class StreamView {
    private StreamView() {}

    static ObjectNode about(String name) {
        return Json.object().put("StreamName", name);
    }
}
