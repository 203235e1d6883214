package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A pattern that texts of callers are matched against: never a text longer than its shape allows, and a text that came
 * before only looked up, so that calls of the same function do not match its name each time. Thread-safe.
 */
final class TextPattern {
    /** Of a text whose shape names no limit; beyond it nothing matches. */
    private static final int LONGEST_WITHOUT_LIMIT = 10_000;

    private static final int LONGEST_KEPT = 256;
    private static final int MOST_KEPT = 1000;

    private final Pattern pattern;
    private final int longest;
    private final boolean isLimited;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();

    /** @param limit the shape's own, or missing */
    TextPattern(String regularExpression, JsonNode limit) {
        this.pattern = Pattern.compile(regularExpression);
        this.isLimited = limit.isInt();
        this.longest = limit.asInt(LONGEST_WITHOUT_LIMIT);
    }

    /** A text that is too long for the shape is not judged here: its length is refused, and says enough. */
    boolean accepts(String text) {
        if (text.length() > longest) {
            return isLimited;
        }
        return accepted.contains(text) || matches(text);
    }

    private boolean matches(String text) {
        boolean matches = pattern.matcher(text).matches();
        if (matches && text.length() <= LONGEST_KEPT) {
            if (accepted.size() >= MOST_KEPT) {
                accepted.clear();
            }
            accepted.add(text);
        }
        return matches;
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
