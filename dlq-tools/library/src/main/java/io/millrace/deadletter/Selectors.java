package io.millrace.deadletter;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Expressions in the broker's selector language. */
final class Selectors {
    private Selectors() {}

    /** All of them must hold; empty ones do. */
    static String all(String... parts) {
        return Arrays.stream(parts)
                .filter(part -> !part.isEmpty())
                .map(part -> "(" + part + ")")
                .collect(Collectors.joining(" AND "));
    }
}
