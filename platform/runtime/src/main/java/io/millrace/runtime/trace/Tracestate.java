package io.millrace.runtime.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What vendors say of a trace beside {@code traceparent}: W3C Trace Context's {@code tracestate}, a list of at most 32
 * {@code key=value}. Handed on as it came, in the trace header, where it is an element of its own.
 */
final class Tracestate {
    private static final int LONGEST = 512;
    private static final int LONG_MEMBER = 128;
    private static final int MOST_MEMBERS = 32;
    private static final String WORD = "[a-z0-9_\\-*/]";
    private static final Pattern KEY =
            Pattern.compile("[a-z]" + WORD + "{0,255}|[a-z0-9]" + WORD + "{0,240}@[a-z]" + WORD + "{0,13}");
    private static final Pattern VALUE = Pattern.compile("[ -~&&[^,=]]{0,255}[!-~&&[^,=]]");
    /** What means something in the trace header. */
    private static final String ESCAPED = "%;=, ";

    private static final int HEX = 16;

    private Tracestate() {}

    /**
     * Empty if it says nothing, or is malformed. Of more than 512 characters, long members are left out, and then the
     * last ones.
     *
     * @param text anything
     */
    static Optional<String> checked(String text) {
        List<String> members = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (String part : text.split(",", -1)) {
            String member = part.strip();
            if (member.isEmpty()) {
                continue;
            }
            int equals = member.indexOf('=');
            boolean isMember = equals > 0
                    && KEY.matcher(member.substring(0, equals)).matches()
                    && VALUE.matcher(member.substring(equals + 1)).matches()
                    && keys.add(member.substring(0, equals));
            if (!isMember || members.size() == MOST_MEMBERS) {
                return Optional.empty();
            }
            members.add(member);
        }
        return members.isEmpty() ? Optional.empty() : shortened(members);
    }

    private static Optional<String> shortened(List<String> members) {
        if (length(members) > LONGEST) {
            members.removeIf(member -> member.length() > LONG_MEMBER);
        }
        while (length(members) > LONGEST) {
            members.remove(members.size() - 1);
        }
        return members.isEmpty() ? Optional.empty() : Optional.of(String.join(",", members));
    }

    private static int length(List<String> members) {
        return members.stream().mapToInt(String::length).sum() + members.size() - 1;
    }

    /** As a value in the trace header. */
    static String escaped(String checked) {
        StringBuilder escaped = new StringBuilder(checked.length() + LONG_MEMBER);
        checked.chars().forEach(c -> {
            if (ESCAPED.indexOf(c) < 0) {
                escaped.append((char) c);
            } else {
                escaped.append('%').append(Integer.toHexString(c));
            }
        });
        return escaped.toString();
    }

    /** The opposite; of anything else whatever it looks like, which nobody may use unchecked. */
    static String unescaped(String escaped) {
        StringBuilder text = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            int code = escaped.charAt(i) == '%' && i + 2 < escaped.length() ? code(escaped, i + 1) : -1;
            text.append(code < 0 ? escaped.charAt(i) : (char) code);
            i += code < 0 ? 0 : 2;
        }
        return text.toString();
    }

    private static int code(String text, int at) {
        int high = Character.digit(text.charAt(at), HEX);
        int low = Character.digit(text.charAt(at + 1), HEX);
        return high < 0 || low < 0 ? -1 : high * HEX + low;
    }
}
