package io.millrace.runtime.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An {@code X-Amzn-Trace-Id} (lambda-semantics 10, item 7): {@code Root=1-8 digits-24 digits;Parent=16 digits;Sampled=1}
 * and whatever else, such as {@code Lineage}. Its root is the trace id of W3C with hyphens in it.
 *
 * @param traceId of W3C; empty where the header has no root in this form
 * @param parentId empty where there is none
 * @param sampled empty where whoever sent it left that to the next
 * @param others all other elements, as they came
 */
record TraceHeader(
        Optional<String> traceId, Optional<String> parentId, Optional<Boolean> sampled, List<String> others) {
    private static final TraceHeader NOTHING =
            new TraceHeader(Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    private static final Pattern ROOT = Pattern.compile("1-([0-9a-f]{8})-([0-9a-f]{24})");
    private static final Pattern PARENT = Pattern.compile("[0-9a-f]{16}");
    private static final int TIME_DIGITS = 8;
    private static final String NOT_SAMPLED = "Sampled=0";
    private static final String STATE = "Tracestate=";

    /** Whether somebody decided against recording; cheaper than all of {@link #parse}. */
    static boolean saysNo(@Nullable Object header) {
        return header != null && header.toString().contains(NOT_SAMPLED);
    }

    /** Anything may come; what is not understood counts as not there. */
    static TraceHeader parse(String text) {
        if (text.isEmpty()) {
            return NOTHING;
        }
        if (!text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            return NOTHING;
        }
        Optional<String> trace = Optional.empty();
        Optional<String> parent = Optional.empty();
        Optional<Boolean> sampled = Optional.empty();
        List<String> others = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String element = part.strip();
            if (element.startsWith("Root=")) {
                trace = trace(value(element));
            } else if (element.startsWith("Parent=")) {
                parent = Optional.of(value(element))
                        .filter(id -> PARENT.matcher(id).matches());
            } else if (element.startsWith("Sampled=")) {
                sampled = sampled(value(element));
            } else if (!element.isEmpty()) {
                others.add(element);
            }
        }
        return new TraceHeader(trace, parent, sampled, List.copyOf(others));
    }

    private static String value(String element) {
        return element.substring(element.indexOf('=') + 1).strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<String> trace(String root) {
        Matcher matcher = ROOT.matcher(root);
        return matcher.matches() ? Optional.of(matcher.group(1) + matcher.group(2)) : Optional.empty();
    }

    private static Optional<Boolean> sampled(String value) {
        return switch (value) {
            case "1" -> Optional.of(true);
            case "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** What vendors said of the trace, as W3C writes it. */
    Optional<String> tracestate() {
        for (String element : others) {
            if (element.startsWith(STATE)) {
                return Tracestate.checked(Tracestate.unescaped(element.substring(STATE.length())));
            }
        }
        return Optional.empty();
    }

    /** @param tracestate instead of the one that came; anything may come */
    TraceHeader withTracestate(@Nullable Object tracestate) {
        Optional<String> checked = Optional.ofNullable(tracestate).flatMap(text -> Tracestate.checked(text.toString()));
        if (checked.isEmpty() && others.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(others);
        all.removeIf(element -> element.startsWith(STATE));
        checked.ifPresent(state -> all.add(STATE + Tracestate.escaped(state)));
        return new TraceHeader(traceId, parentId, sampled, List.copyOf(all));
    }

    /** The same for another place in a trace: the elements of others stay. */
    String at(TraceContext context) {
        String trace = context.traceId();
        StringBuilder text = new StringBuilder(100)
                .append("Root=1-")
                .append(trace, 0, TIME_DIGITS)
                .append('-')
                .append(trace, TIME_DIGITS, trace.length())
                .append(";Parent=")
                .append(context.spanId())
                .append(context.sampled() ? ";Sampled=1" : ";" + NOT_SAMPLED);
        others.forEach(element -> text.append(';').append(element));
        return text.toString();
    }
}
