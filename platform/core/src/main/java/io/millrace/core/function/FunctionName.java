package io.millrace.core.function;

import java.util.regex.Pattern;

/**
 * The unqualified name of a function: 1 to 64 of letters, digits, hyphen and underscore (lambda-semantics 1.1). The
 * constructor throws IllegalArgumentException for anything else.
 */
public record FunctionName(String value) implements Comparable<FunctionName> {
    /** The rule as Lambda words it in its validation errors. */
    public static final Pattern PATTERN = Pattern.compile("[a-zA-Z0-9-_]{1,64}");

    private static final int LONGEST = 64;

    public FunctionName {
        if (!isWellFormed(value)) {
            throw new IllegalArgumentException(
                    "function name is '" + value + "', expected 1 to 64 of letters, digits, - and _");
        }
    }

    /** Whether it matches {@link #PATTERN}, told fast enough to be asked for each event. */
    public static boolean isWellFormed(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                return false;
            }
        }
        return !value.isEmpty() && value.length() <= LONGEST;
    }

    @Override
    public int compareTo(FunctionName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
