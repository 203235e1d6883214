package io.millrace.runtime.objects;

import java.nio.charset.StandardCharsets;

/** Names in addresses as S3 and its signatures want them, which no class of the JDK does. */
final class ObjectPath {
    private static final String UNRESERVED = "-._~";

    private ObjectPath() {}

    static String encoded(String text, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean isPlain = character < 0x80
                    && (Character.isLetterOrDigit(character)
                            || UNRESERVED.indexOf(character) >= 0
                            || (keepSlashes && character == '/'));
            if (isPlain) {
                encoded.append(character);
            } else {
                encoded.append('%').append(String.format("%02X", (int) character));
            }
        }
        return encoded.toString();
    }
}
