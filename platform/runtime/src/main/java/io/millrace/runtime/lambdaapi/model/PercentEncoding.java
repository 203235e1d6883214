package io.millrace.runtime.lambdaapi.model;

import java.nio.charset.StandardCharsets;

/** Octets as {@code %41}, in UTF-8; a plus is a plus. */
final class PercentEncoding {
    private PercentEncoding() {}

    /** @throws MalformedRequestException if a percent sign is not followed by two hexadecimal digits */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int index = 0; index < bytes.length; index++) {
            if (bytes[index] == '%') {
                bytes[length++] = octet(bytes, index, text);
                index += 2;
            } else {
                bytes[length++] = bytes[index];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static byte octet(byte[] bytes, int percent, String text) {
        int high = percent + 2 < bytes.length ? Character.digit(bytes[percent + 1], 16) : -1;
        int low = percent + 2 < bytes.length ? Character.digit(bytes[percent + 2], 16) : -1;
        if (high < 0 || low < 0) {
            throw new MalformedRequestException(
                    "The part '" + text + "' of the path is not percent-encoded as expected");
        }
        return (byte) (high * 16 + low);
    }
}
