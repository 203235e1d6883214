package io.millrace.runtime.trace;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which span something belongs to, as W3C Trace Context writes it.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all 0
 * @param spanId 16 lower-case hexadecimal digits, not all 0
 * @param sampled whether its spans are recorded
 */
record TraceContext(String traceId, String spanId, boolean sampled) {
    private static final Pattern TRACEPARENT =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final String FIRST_VERSION = "00";
    private static final String NO_VERSION = "ff";
    private static final int HEX = 16;

    /** What a {@code traceparent} says; empty if it is none. Later versions than 00 may have more behind. */
    static Optional<TraceContext> ofTraceparent(String text) {
        Matcher matcher = TRACEPARENT.matcher(text.strip());
        if (!matcher.matches() || group(matcher, 1).equals(NO_VERSION)) {
            return Optional.empty();
        }
        if (group(matcher, 1).equals(FIRST_VERSION) && matcher.group(5) != null) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(group(matcher, 4), HEX) & 1) == 1;
        return of(group(matcher, 2), group(matcher, 3), sampled);
    }

    /** Empty where one of the two says nothing. */
    static Optional<TraceContext> of(String traceId, String spanId, boolean sampled) {
        return isNothing(traceId) || isNothing(spanId)
                ? Optional.empty()
                : Optional.of(new TraceContext(traceId, spanId, sampled));
    }

    private static String group(Matcher matcher, int group) {
        return String.valueOf(matcher.group(group));
    }

    private static boolean isNothing(String digits) {
        return digits.chars().allMatch(digit -> digit == '0');
    }

    String traceparent() {
        return FIRST_VERSION + "-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
