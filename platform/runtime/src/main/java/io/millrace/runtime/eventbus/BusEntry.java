package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is put on a bus.
 *
 * @param trace header, for the functions that get the event
 */
public record BusEntry(
        Instant time,
        String source,
        String detailType,
        List<String> resources,
        ObjectNode detail,
        Optional<String> trace) {}
