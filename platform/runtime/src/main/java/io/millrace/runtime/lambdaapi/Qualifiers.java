package io.millrace.runtime.lambdaapi;

import java.util.regex.Pattern;

/** What stands behind a function's name (lambda-semantics 6.3, 6.4). */
final class Qualifiers {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private Qualifiers() {}

    /** Whether it can only be a version's; an alias is never all digits. */
    static boolean isNumber(String qualifier) {
        return NUMBER.matcher(qualifier).matches();
    }
}
