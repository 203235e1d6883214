package io.millrace.runtime.functionurl;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of a query, decoded, in the order in which they first come. */
final class QueryTexts {
    private QueryTexts() {}

    /** Values of one name are joined by commas; what is not encoded well stays as it is. */
    static Map<String, String> decoded(String rawQuery) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            texts.merge(name, value, (one, more) -> one + "," + more);
        }
        return texts;
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
        for (int at = 0; at < encoded.length; at++) {
            int high = encoded[at] == '%' ? digit(encoded, at + 1) : -1;
            int low = high < 0 ? -1 : digit(encoded, at + 2);
            if (low >= 0) {
                decoded.write(high * 16 + low);
                at += 2;
            } else {
                decoded.write(encoded[at] == '+' ? ' ' : encoded[at]);
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }

    private static int digit(byte[] encoded, int at) {
        return at < encoded.length ? Character.digit(encoded[at], 16) : -1;
    }
}
