package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A dead letter outside of any broker: one line of JSON that holds the exact message and, for people and their tools, a
 * readable view of it.
 *
 * <pre>
 * {
 *   "format":  "millrace-dead-letter/1",
 *   "queue":   the dead-letter queue it was exported from,
 *   "sha256":  of the message's bytes, 64 hex digits in lower case,
 *   "message": the whole message in AMQP 1.0 encoding, all of its sections, in base64,
 *   "view":    the members of {@link DeadLetterJson}, of the message's first MB; ignored when it is read
 * }
 * </pre>
 *
 * <p>The bytes are those the broker sends to a consumer by AMQP. Of a message that an AMQP client published they are
 * what it published, but for the annotations the broker added; a message of another protocol is in the broker's own
 * translation to AMQP.
 *
 * @param message the encoded message; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Carried, never compared.
public record ExportedDeadLetter(String queue, byte[] message) {
    /** Of this class; another version would be refused by {@link #parse}. */
    public static final String FORMAT = "millrace-dead-letter/1";

    private static final int VIEWED = 1 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET, JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM)
            .build();

    /** @throws IllegalArgumentException if only its beginning was read */
    public static ExportedDeadLetter of(DeadLetter letter) {
        if (letter.isCut()) {
            throw new IllegalArgumentException("of dead letter '" + letter.id() + "' " + letter.encoded().length
                    + " bytes were read, expected all " + letter.size());
        }
        return new ExportedDeadLetter(letter.queue(), letter.encoded());
    }

    /** One line, without a line end. */
    public String toJson() {
        StringWriter line = new StringWriter();
        try {
            writeTo(line);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return line.toString();
    }

    /** As {@link #toJson}, without holding the line in memory: a message may have 100 MB. Does not close. */
    public void writeTo(Writer to) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(to)) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeStringField("queue", queue);
            json.writeStringField("sha256", sha256());
            json.writeBinaryField("message", message);
            json.writeFieldName("view");
            json.writeTree(DeadLetterJson.of(beginning()));
            json.writeEndObject();
        }
    }

    private DeadLetter beginning() {
        byte[] head = message.length <= VIEWED ? message : Arrays.copyOf(message, VIEWED);
        return new DeadLetterReader(queue).read(new EncodedLetter(head, message.length));
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is anything else, or its bytes are not those it was written with
     */
    public static ExportedDeadLetter parse(String line) {
        JsonNode read = json(line);
        String format = read.path("format").asText();
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("format is '" + format + "', expected " + FORMAT);
        }
        ExportedDeadLetter exported = new ExportedDeadLetter(text(read, "queue"), bytes(read));
        String sha256 = text(read, "sha256");
        if (!sha256.equals(exported.sha256())) {
            throw new IllegalArgumentException("sha256 is '" + sha256 + "', expected that of the message: '"
                    + exported.sha256() + "'; the line was changed or cut");
        }
        return exported;
    }

    private static JsonNode json(String line) {
        try {
            JsonNode read = JSON.readTree(line);
            if (read == null || !read.isObject()) {
                throw new IllegalArgumentException("the line is no JSON object, expected an exported dead letter");
            }
            return read;
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException(
                    "the line is no JSON (" + notJson.getOriginalMessage() + "), expected an exported dead letter",
                    notJson);
        }
    }

    private static String text(JsonNode read, String member) {
        JsonNode found = read.path(member);
        if (!found.isTextual()) {
            throw new IllegalArgumentException(member + " is " + found + ", expected text");
        }
        return found.asText();
    }

    private static byte[] bytes(JsonNode read) {
        text(read, "message");
        try {
            return read.path("message").binaryValue();
        } catch (IOException notBase64) {
            throw new IllegalArgumentException("message is no base64, expected an encoded AMQP message", notBase64);
        }
    }

    /** As whoever looks at the queue sees it. */
    public DeadLetter letter() {
        return new DeadLetterReader(queue).read(new EncodedLetter(message, message.length));
    }

    /** Of the message, 64 hex digits. */
    public String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(message));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
