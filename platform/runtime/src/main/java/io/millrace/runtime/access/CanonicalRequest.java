package io.millrace.runtime.access;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** A request in the one form that both sides hash. */
final class CanonicalRequest {
    static final String SIGNATURE = "X-Amz-Signature";
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final String UNRESERVED = "-_.~";
    private static final int HEXADECIMAL = 16;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private CanonicalRequest() {}

    /**
     * @param path as it is sent, encoded; it is encoded once more, as for all services but S3
     * @param query as it is sent; empty for none
     * @param headers that are signed, by their names in lower case
     * @param bodySha256 in hexadecimal
     */
    static String text(String method, String path, String query, SortedMap<String, String> headers, String bodySha256) {
        StringBuilder text = new StringBuilder(method).append('\n');
        text.append(path.isEmpty() ? "/" : encode(path.getBytes(StandardCharsets.UTF_8), "/"))
                .append('\n')
                .append(query(query))
                .append('\n');
        headers.forEach((name, value) ->
                text.append(name).append(':').append(collapsed(value)).append('\n'));
        return text.append('\n')
                .append(String.join(";", headers.keySet()))
                .append('\n')
                .append(bodySha256)
                .toString();
    }

    private static String collapsed(String value) {
        return BLANKS.matcher(value.strip()).replaceAll(" ");
    }

    private static String query(String query) {
        List<String[]> parameters = new ArrayList<>();
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = recoded(equals < 0 ? parameter : parameter.substring(0, equals));
            if (!parameter.isEmpty() && !name.equals(SIGNATURE)) {
                parameters.add(new String[] {name, equals < 0 ? "" : recoded(parameter.substring(equals + 1))});
            }
        }
        parameters.sort(Comparator.<String[], String>comparing(each -> each[0]).thenComparing(each -> each[1]));
        return String.join(
                "&", parameters.stream().map(each -> each[0] + "=" + each[1]).toList());
    }

    private static String recoded(String text) {
        return encode(decoded(text), "");
    }

    /** A percent sign that begins no code stands for itself. */
    private static byte[] decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int at = 0; at < bytes.length; at++) {
            int high = at + 2 < bytes.length && bytes[at] == '%' ? Character.digit(bytes[at + 1], HEXADECIMAL) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[at + 2], HEXADECIMAL);
            if (low < 0) {
                decoded.write(bytes[at]);
            } else {
                decoded.write(high * HEXADECIMAL + low);
                at += 2;
            }
        }
        return decoded.toByteArray();
    }

    private static String encode(byte[] bytes, String also) {
        StringBuilder encoded = new StringBuilder(bytes.length + HEXADECIMAL);
        for (byte each : bytes) {
            char letter = (char) (each & 0xFF);
            if (isPlain(letter) || also.indexOf(letter) >= 0) {
                encoded.append(letter);
            } else {
                HEX.toHexDigits(encoded.append('%'), each);
            }
        }
        return encoded.toString();
    }

    private static boolean isPlain(char letter) {
        boolean isLetter = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
        return isLetter || (letter >= '0' && letter <= '9') || UNRESERVED.indexOf(letter) >= 0;
    }
}
