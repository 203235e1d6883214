package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import io.millrace.runtime.trace.Traces;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The chain of calls that a batch goes on with: the longest of its records', so that a function which feeds its own queue
 * is stopped (lambda-semantics 2.4), whether anybody traces or not. Thread-safe.
 */
final class BatchChain {
    private final Traces traces;
    private final String key;

    BatchChain(Traces traces, FunctionArn function) {
        this.traces = traces;
        this.key = Lineage.key(FunctionArn.of(function.region(), function.account(), function.function())
                .toString());
    }

    /**
     * Attributes of the invocation.
     *
     * @param traced those that {@link #traces} has for the batch
     * @param header the trace header of a record; anything may come
     */
    <T> Map<String, String> attributes(
            Map<String, String> traced, List<T> items, Function<T, Optional<String>> header) {
        if (traced.containsKey(Invocation.TRACE)) { // A batch of one, in the trace of its record.
            return traced;
        }
        Optional<String> longest = longest(items, header);
        if (longest.isEmpty()) {
            return traced;
        }
        Map<String, String> attributes = new HashMap<>(traced);
        // A batch of many records belongs to none of their traces, only to the chain.
        attributes.put(Invocation.TRACE, traces.isOn() ? Lineage.element(longest.get()) : longest.get());
        return attributes;
    }

    private <T> Optional<String> longest(List<T> items, Function<T, Optional<String>> header) {
        Optional<String> longest = Optional.empty();
        int most = -1;
        for (T item : items) {
            Optional<String> found = header.apply(item).filter(Lineage::isIn);
            if (found.isPresent() && Lineage.runs(found.get(), key) > most) {
                most = Lineage.runs(found.get(), key);
                longest = found;
            }
        }
        return longest;
    }

    /** Of a batch that was stopped: those whose chain is too long. All, if that does not show. */
    <T> Set<T> stopped(List<T> items, Function<T, Optional<String>> header) {
        Set<T> stopped = items.stream()
                .filter(item -> header.apply(item)
                        .filter(text -> Lineage.runs(text, key) >= Lineage.MOST_RUNS)
                        .isPresent())
                .collect(Collectors.toSet());
        return stopped.isEmpty() ? Set.copyOf(items) : stopped;
    }
}
