package io.millrace.runtime.topic;

import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A message attribute.
 *
 * @param type String, Number, String.Array or Binary; the first and the last may have a dot and a label behind
 * @param value as text; Binary as Base64
 */
public record TopicAttribute(String type, String value) {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?\\d{1,38}(\\.\\d{1,38})?([eE][+-]?\\d{1,3})?");

    public static final String STRING = "String";
    public static final String NUMBER = "Number";
    public static final String ARRAY = "String.Array";
    public static final String BINARY = "Binary";

    /** Whether {@code text} is the value of a Number. */
    public static boolean isNumber(String text) {
        return DECIMAL.matcher(text).matches();
    }

    /** Whether the value is one of the type. */
    boolean isValid() {
        if (type.startsWith(NUMBER)) {
            return isNumber(value);
        }
        return type.startsWith(STRING) || (type.startsWith(BINARY) && isBase64(value));
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
