package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;

/** How this door reads and writes JSON: UTF-8 only, one value, nothing behind it. */
final class Json {
    private static final int LONGEST_TEXT = Integer.MAX_VALUE; // What is read has been bounded before.

    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Names come from callers; the JVM's table is for ever.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST_TEXT)
                    .maxNameLength(LONGEST_TEXT)
                    .build())
            .build();
    static final ObjectMapper MAPPER = new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /**
     * The same JSON without blanks between its parts. Numbers and escapes stay as they are written.
     *
     * @param json well-formed
     */
    static byte[] compact(byte[] json) {
        byte[] kept = new byte[json.length];
        int length = 0;
        boolean inText = false;
        boolean escaped = false;
        for (byte character : json) {
            boolean isBlank = character == ' ' || character == '\n' || character == '\r' || character == '\t';
            if (inText || !isBlank) {
                kept[length++] = character;
            }
            if (escaped) {
                escaped = false;
            } else if (character == '"') {
                inText = !inText;
            } else if (inText && character == '\\') {
                escaped = true;
            }
        }
        return Arrays.copyOf(kept, length);
    }
}
