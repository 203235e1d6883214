package io.millrace.deadletter.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.ReadableBody;
import io.millrace.deadletter.ScanResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Dead letters in words for people. */
final class Words {
    static final String NO_CAUSE = "no cause recorded";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final int HEAD = 200;

    private Words() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static String time(Optional<Instant> time) {
        return time.map(SECONDS::format).orElse("-");
    }

    /** The largest unit that is full. */
    static String age(Optional<Instant> time, Instant now) {
        return time.map(since -> age(Duration.between(since, now))).orElse("-");
    }

    private static String age(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + " d";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
    }

    static String errorType(DeadLetter letter) {
        return letter.cause().map(Cause::errorType).orElse(NO_CAUSE);
    }

    static String attempts(DeadLetter letter) {
        return letter.cause().map(cause -> Long.toString(cause.attempts())).orElse("-");
    }

    /** The message of its cause if there is one, and the beginning of the body. */
    static String summary(DeadLetter letter) {
        return letter.cause().map(cause -> cause.errorMessage() + " | ").orElse("") + bodyHead(letter);
    }

    /** The beginning of the body in one line. */
    static String bodyHead(DeadLetter letter) {
        ReadableBody body = ReadableBody.of(letter);
        return switch (body.kind()) {
            case EMPTY -> "(empty)";
            case BINARY -> bytes(letter.size()) + " binary";
            case JAVA_OBJECT -> "Java object " + body.text();
            default -> Rows.cut(body.text().strip(), HEAD);
        };
    }

    static String bytes(long count) {
        if (count < 10_000) {
            return count + " bytes";
        }
        return count < 10_000_000 ? count / 1_000 + " kB" : count / 1_000_000 + " MB";
    }

    /** Whether that was all, in a sentence without its end. */
    static String quality(ScanResult scan) {
        StringBuilder text = new StringBuilder();
        if (scan.isPartial()) {
            text.append("partial: the broker showed ")
                    .append(scan.seen())
                    .append(" of ")
                    .append(scan.visible());
        } else if (scan.isExact()) {
            text.append("all ").append(scan.seen()).append(" looked at");
        } else {
            text.append(scan.seen()).append(" looked at");
        }
        if (scan.hidden() > 0) {
            text.append(", ").append(scan.hidden()).append(" scheduled or with a consumer");
        }
        if (scan.unread() > 0) {
            text.append(", ").append(scan.unread()).append(" with bodies too large to look into");
        }
        return text.toString();
    }

    static ObjectNode json(ScanResult scan) {
        return object().put("seen", scan.seen())
                .put("matched", scan.matched())
                .put("visible", scan.visible())
                .put("hidden", scan.hidden())
                .put("tooLargeToRead", scan.unread())
                .put("quality", scan.isPartial() ? "partial" : scan.isExact() ? "exact" : "unchecked");
    }

    /** @throws IOException unless it is one JSON value and nothing else */
    static JsonNode parse(byte[] json) throws IOException {
        return JSON.readerFor(JsonNode.class)
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readValue(json);
    }

    static String line(JsonNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
