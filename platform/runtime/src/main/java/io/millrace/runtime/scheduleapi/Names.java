package io.millrace.runtime.scheduleapi;

import java.util.regex.Pattern;

/** Names of schedules and groups. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[0-9a-zA-Z-_.]+");
    private static final int LONGEST = 64;

    private Names() {}

    /** @throws Refusal unless it is 1 to 64 of letters, digits, hyphen, underscore and dot */
    static String checked(String member, String name) {
        if (name.length() > LONGEST) {
            throw Refusal.constraint(
                    "'" + name + "'", member, "Member must have length less than or equal to " + LONGEST);
        }
        if (!NAME.matcher(name).matches()) {
            throw Refusal.constraint(
                    "'" + name + "'", member, "Member must satisfy regular expression pattern: ^" + NAME + "$");
        }
        return name;
    }
}
