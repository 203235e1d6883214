package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what functions wrote. Thread-safe. */
final class RecordedLog implements FunctionLogSink {
    final Map<String, List<String>> lines = new ConcurrentHashMap<>();
    final Map<String, String> tails = new ConcurrentHashMap<>();
    final Map<String, Long> dropped = new ConcurrentHashMap<>();

    @Override
    public Lines of(FunctionDefinition function, String environment) {
        return new Lines() {
            @Override
            public void line(Optional<String> requestId, String line) {
                lines.computeIfAbsent(requestId.orElse(""), id -> new CopyOnWriteArrayList<>())
                        .add(line);
            }

            @Override
            public void platform(Optional<String> requestId, String lines) {
                lines.lines().forEach(line -> line(requestId, line));
            }

            @Override
            public void ended(String requestId, byte[] tail, long droppedBytes) {
                dropped.put(requestId, droppedBytes);
                tails.put(requestId, new String(tail, StandardCharsets.UTF_8));
            }
        };
    }

    List<String> of(String requestId) {
        return lines.getOrDefault(requestId, List.of());
    }

    boolean isComplete(String requestId) {
        return tails.containsKey(requestId);
    }
}
