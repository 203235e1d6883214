package io.millrace.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The body of a dead letter as a person reads it, by what it is and not only by what it says it is.
 *
 * @param text without line ends at its end; of JSON indented, of bytes the hexadecimal dump, of a Java object its class
 * @param length of the body in bytes, or of the part of it that was read
 */
public record ReadableBody(Kind kind, String text, long length) {
    private static final int DUMPED = 4_096;
    private static final int LINE = 16;
    private static final int ESCAPE = 0x1b;
    private static final int STREAM_MAGIC = 0xACED0005;

    /** What a body is. */
    public enum Kind {
        EMPTY,
        JSON,
        TEXT,
        BINARY,
        /** A map, a list or a number of AMQP, shown as JSON. */
        AMQP_VALUE,
        /** A serialized Java object; only the name of its class is read, nothing is ever deserialized. */
        JAVA_OBJECT
    }

    public static ReadableBody of(DeadLetter letter) {
        byte[] body = letter.body();
        if (body.length == 0 || hasNone(letter)) {
            return new ReadableBody(Kind.EMPTY, "", 0);
        }
        if (isJavaObject(body)) {
            return new ReadableBody(Kind.JAVA_OBJECT, className(body).orElse("unknown class"), body.length);
        }
        Optional<JsonNode> json =
                BodyMatch.body(body).filter(node -> node.isContainerNode() || saysJson(letter.contentType()));
        if (json.isPresent()) {
            Kind kind = isValueOfAmqp(letter) ? Kind.AMQP_VALUE : Kind.JSON;
            return new ReadableBody(kind, json.get().toPrettyString(), body.length);
        }
        return text(body, letter.isCut())
                .filter(text -> !hasControls(text))
                .map(text -> new ReadableBody(Kind.TEXT, text.stripTrailing(), body.length))
                .orElseGet(() -> new ReadableBody(Kind.BINARY, dump(body), body.length));
    }

    private static boolean saysJson(String contentType) {
        return contentType.toLowerCase(Locale.ROOT).contains("json");
    }

    private static boolean hasNone(DeadLetter letter) {
        return !letter.headers().containsKey(DeadLetterReader.UNREADABLE)
                && AmqpSections.of(letter.encoded()).body().isEmpty();
    }

    private static boolean isValueOfAmqp(DeadLetter letter) {
        return AmqpSections.of(letter.encoded()).body().stream()
                .anyMatch(section -> section.code() == AmqpSections.SEQUENCE
                        || (section.code() == AmqpSections.VALUE && !isTextOrBytes(letter.encoded(), section)));
    }

    private static boolean isTextOrBytes(byte[] encoded, AmqpSections.Section section) {
        int constructor = section.value() < encoded.length ? encoded[section.value()] & 0xff : 0;
        return constructor == 0xA1 || constructor == 0xB1 || constructor == 0xA0 || constructor == 0xB0;
    }

    private static boolean isJavaObject(byte[] body) {
        return body.length > 4 && ByteBuffer.wrap(body).getInt() == STREAM_MAGIC;
    }

    // Stream protocol of Java serialization: an object (0x73) or array (0x75) begins with a class description (0x72),
    // its name after a length of two bytes; 0x74 is a string.
    private static Optional<String> className(byte[] body) {
        int type = body[4] & 0xff;
        if (type == 0x74 || type == 0x7C) {
            return Optional.of("java.lang.String");
        }
        boolean described = (type == 0x73 || type == 0x75) && body.length > 8 && (body[5] & 0xff) == 0x72;
        if (!described) {
            return Optional.empty();
        }
        int length = ((body[6] & 0xff) << 8) | (body[7] & 0xff);
        return length == 0 || 8 + length > body.length
                ? Optional.empty()
                : Optional.of(new String(body, 8, length, StandardCharsets.UTF_8));
    }

    /** As text, if it is UTF-8; of a cut one the last, broken letter is left out. */
    static Optional<String> text(byte[] body, boolean cut) {
        CharBuffer text = CharBuffer.allocate(body.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body), text, !cut);
        return result.isError() ? Optional.empty() : Optional.of(text.flip().toString());
    }

    // No text has them but for line ends, tabs and the escapes of coloured logs.
    private static boolean hasControls(String text) {
        return text.chars().limit(DUMPED).anyMatch(c -> c < ' ' && !Character.isWhitespace(c) && c != ESCAPE);
    }

    private static String dump(byte[] body) {
        StringBuilder lines = new StringBuilder();
        int length = Math.min(DUMPED, body.length);
        for (int start = 0; start < length; start += LINE) {
            int end = Math.min(start + LINE, length);
            String hex = HexFormat.ofDelimiter(" ").formatHex(body, start, end);
            lines.append(String.format(Locale.ROOT, "%08x  %-47s  ", start, hex));
            for (int i = start; i < end; i++) {
                boolean printable = body[i] >= ' ' && body[i] < 0x7f;
                lines.append(printable ? (char) body[i] : '.');
            }
            lines.append('\n');
        }
        if (body.length > length) {
            lines.append("… (").append(body.length).append(" bytes)");
        }
        return lines.toString().stripTrailing();
    }
}
