package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.Fingerprint;
import io.millrace.deadletter.ReadableBody;
import io.millrace.runtime.door.DoorRefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Dead letters and their groups as the page gets them. */
final class Words {
    private static final int LINE = 300;
    private static final int BEGINNING = 160;
    /** More than anybody reads; the download has all of it. */
    private static final int SHOWN_BYTES = 256 << 10;

    private Words() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static DoorRefusedException busy(String message) {
        return new DoorRefusedException(429, "TooManyRequestsException", message);
    }

    static ObjectNode group(DeadLetterGroup group) {
        ObjectNode node = object().put("key", line(group.key()))
                .put("fingerprint", group.fingerprint().orElse(null))
                .put("errorType", group.errorType().map(Words::line).orElse(null))
                .put("errorMessage", group.errorMessage().map(Words::line).orElse(null))
                .put("topFrame", group.topFrame().map(Words::line).orElse(null))
                .put("function", group.function().map(Object::toString).orElse(null))
                .put("origin", group.origin().orElse(null))
                .put("count", group.count())
                .put("firstDeath", group.firstDeath().map(Instant::toString).orElse(null))
                .put("lastDeath", group.lastDeath().map(Instant::toString).orElse(null));
        ArrayNode samples = node.putArray("sampleIds");
        group.sampleIds().forEach(samples::add);
        node.put("trendStepSeconds", group.trend().step().toSeconds());
        ArrayNode trend = node.putArray("trend");
        group.trend().deaths().forEach((step, count) -> trend.addArray()
                .add(step.toEpochMilli())
                .add(count));
        return node;
    }

    /** A line of a list. */
    static ObjectNode row(DeadLetter letter) {
        Optional<Cause> known = letter.cause().or(letter::earlierCause);
        return object().put("id", letter.id())
                .put("function", letter.function().map(Object::toString).orElse(null))
                .put("origin", letter.origin().orElse(null))
                .put("diedAt", letter.diedAt().map(Instant::toString).orElse(null))
                .put(
                        "errorType",
                        letter.cause().map(Cause::errorType).map(Words::line).orElse(null))
                .put(
                        "errorMessage",
                        letter.cause().map(Cause::errorMessage).map(Words::line).orElse(null))
                .put("version", known.map(Cause::version).orElse(null))
                .put("attempts", letter.cause().map(Cause::attempts).orElse(null))
                .put("redrives", letter.redrives())
                .put("fingerprint", Fingerprint.of(letter))
                .put("size", letter.size())
                .put("body", beginning(letter));
    }

    private static String beginning(DeadLetter letter) {
        byte[] body = letter.body();
        ReadableBody.Kind kind = ReadableBody.of(letter).kind();
        return switch (kind) {
            case EMPTY -> "(empty)";
            case BINARY -> "(binary)";
            case JAVA_OBJECT -> "(Java object)";
            case JSON, TEXT, AMQP_VALUE -> oneLine(body);
        };
    }

    private static String oneLine(byte[] body) {
        byte[] head = body.length <= 4 * BEGINNING ? body : Arrays.copyOf(body, 4 * BEGINNING);
        String text =
                new String(head, StandardCharsets.UTF_8).replaceAll("\\s+", " ").strip();
        return text.length() <= BEGINNING ? text : text.substring(0, BEGINNING) + "…";
    }

    /** All of one but a body that is too large to be read by anybody. */
    static ObjectNode letter(DeadLetter letter) {
        ObjectNode node = DeadLetterJson.of(letter);
        node.remove("bodyEncoding");
        node.remove("bodyCut");
        node.set("body", body(letter));
        return node;
    }

    /**
     * The body as it is where it is text, so that what is edited is what was sent; else in a form to read.
     */
    static ObjectNode body(DeadLetter letter) {
        boolean isLarge = letter.body().length > SHOWN_BYTES;
        DeadLetter shown = isLarge ? withBody(letter, Arrays.copyOf(letter.body(), SHOWN_BYTES)) : letter;
        ReadableBody readable = ReadableBody.of(shown);
        boolean isText = readable.kind() == ReadableBody.Kind.JSON || readable.kind() == ReadableBody.Kind.TEXT;
        Optional<String> exact = isText && !isLarge && !letter.isCut() ? exactly(letter.body()) : Optional.empty();
        return object().put("kind", readable.kind().name())
                .put("text", exact.orElse(readable.text()))
                .put("length", letter.body().length)
                .put("cut", isLarge || letter.isCut())
                .put("editable", exact.isPresent() || readable.kind() == ReadableBody.Kind.EMPTY);
    }

    private static Optional<String> exactly(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }

    private static DeadLetter withBody(DeadLetter of, byte[] body) {
        return new DeadLetter(
                of.id(),
                of.queue(),
                of.function(),
                of.origin(),
                of.cause(),
                of.earlierCause(),
                of.redrives(),
                of.firstSeen(),
                of.brokerNumber(),
                body,
                of.contentType(),
                of.properties(),
                of.headers(),
                of.encoded(),
                of.size());
    }

    static String line(String text) {
        return text.length() <= LINE ? text : text.substring(0, LINE) + "…";
    }
}
