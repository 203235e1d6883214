package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.observe.ShadowResult;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What came of the copies of one function since its shadow was set, or the server began. Event loop only. */
final class Comparisons {
    /** Differences that are kept. */
    private static final int LATEST = 20;

    private final FunctionName function;
    private final Meters meters;
    private final Map<ShadowResult, Long> counts = new EnumMap<>(ShadowResult.class);
    private final ArrayDeque<ObjectNode> differences = new ArrayDeque<>();
    private long copied;
    /** Of those of which both sides are known. */
    private long timed;

    private long liveNanos;
    private long shadowNanos;

    Comparisons(FunctionName function, Meters meters) {
        this.function = function;
        this.meters = meters;
    }

    void copied() {
        copied++;
    }

    void count(ShadowResult result) {
        counts.merge(result, 1L, Long::sum);
        meters.known(function).shadowed(result);
    }

    void add(Comparison comparison) {
        count(comparison.result());
        if (comparison.liveNanos() >= 0 && comparison.shadowNanos() >= 0) {
            timed++;
            liveNanos += comparison.liveNanos();
            shadowNanos += comparison.shadowNanos();
        }
        comparison.difference().ifPresent(different -> {
            differences.addFirst(different);
            if (differences.size() > LATEST) {
                differences.removeLast();
            }
        });
    }

    /** @param limit so many differences at most, the youngest first */
    void show(ObjectNode into, int limit) {
        into.put("copied", copied);
        for (ShadowResult result : ShadowResult.values()) {
            into.put(member(result), counts.getOrDefault(result, 0L));
        }
        if (timed > 0) {
            into.put("liveMeanMillis", meanMillis(liveNanos)).put("shadowMeanMillis", meanMillis(shadowNanos));
        }
        ArrayNode shown = into.putArray("differences");
        differences.stream().limit(limit).forEach(shown::add);
    }

    private static String member(ShadowResult result) {
        StringBuilder member = new StringBuilder();
        for (String word : result.label().split("-", -1)) {
            member.append(member.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return member.toString();
    }

    private double meanMillis(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos / timed) / 1_000.0;
    }
}
