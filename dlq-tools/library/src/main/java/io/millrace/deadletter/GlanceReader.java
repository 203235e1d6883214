package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a dead letter only what its cause says: id, function, origin, cause. Body, properties and headers stay
 * empty. A third of the work of reading all, which for a million is what a person waits for. What it does not
 * understand at once, DeadLetterReader reads. Not thread-safe.
 */
final class GlanceReader {
    private static final byte[] DIED_AT = EventProperties.DIED_AT.getBytes(UTF_8);
    private static final byte[] REDRIVES = EventProperties.REDRIVES.getBytes(UTF_8);
    private static final byte[] ATTEMPTS = EventProperties.ATTEMPTS.getBytes(UTF_8);
    private static final byte[] CONDITION = EventProperties.CONDITION.getBytes(UTF_8);
    private static final byte[] ERROR_TYPE = EventProperties.ERROR_TYPE.getBytes(UTF_8);
    private static final byte[] ERROR_MESSAGE = EventProperties.ERROR_MESSAGE.getBytes(UTF_8);
    private static final byte[] STACK_TRACE = EventProperties.STACK_TRACE.getBytes(UTF_8);
    private static final byte[] FINGERPRINT = EventProperties.FINGERPRINT.getBytes(UTF_8);
    private static final byte[] FUNCTION = EventProperties.FUNCTION.getBytes(UTF_8);
    private static final byte[] VERSION = EventProperties.FUNCTION_VERSION.getBytes(UTF_8);
    private static final byte[] REQUEST_ID = EventProperties.REQUEST_ID.getBytes(UTF_8);
    private static final byte[] ORIGIN_QUEUE = EventProperties.ORIGIN_QUEUE.getBytes(UTF_8);
    private static final byte[] ORIGIN_NUMBER = "_AMQ_ORIG_MESSAGE_ID".getBytes(UTF_8);
    private static final byte[] ORIGIN_QUEUE_NOTE = "x-opt-ORIG-QUEUE".getBytes(UTF_8);
    private static final byte[] ORIGIN_NUMBER_NOTE = "x-opt-ORIG-MESSAGE-ID".getBytes(UTF_8);

    private static final int MOST_NAMES = 1_000;
    private static final byte[] NOTHING = {};

    private final String queue;
    private final DeadLetterReader whole;
    // Making a name checks it; there are few.
    private final Map<String, Optional<FunctionName>> names = new HashMap<>();

    GlanceReader(String queue) {
        this.queue = queue;
        this.whole = new DeadLetterReader(queue);
    }

    DeadLetter read(EncodedLetter letter) {
        try {
            AmqpSections sections = AmqpSections.of(letter.bytes());
            DeadLetter glanced = read(letter, sections);
            return glanced == null ? whole.read(letter) : glanced;
        } catch (IllegalArgumentException malformed) {
            return whole.read(letter);
        }
    }

    /** Null if there is anything that only a decoder knows to read. */
    private @Nullable DeadLetter read(EncodedLetter letter, AmqpSections sections) {
        int properties = sections.value(AmqpSections.APPLICATION_PROPERTIES);
        if (properties < 0) {
            return null;
        }
        AmqpBytes at = new AmqpBytes(letter.bytes());
        Text text = new Text();
        at.goTo(properties);
        for (int left = at.enterCompound() / 2; left > 0; left--) {
            text.read(at);
            at.skipValue();
        }
        Notes notes = new Notes();
        int annotations = sections.value(AmqpSections.MESSAGE_ANNOTATIONS);
        if (annotations >= 0) {
            at.goTo(annotations);
            for (int left = at.enterCompound() / 2; left > 0; left--) {
                notes.read(at);
                at.skipValue();
            }
        }
        String id = text.requestId;
        boolean understood = id != null && text.function != null && text.diedAt.isPresent() && !text.odd && !notes.odd;
        return understood && id != null ? letter(letter, id, text, notes) : null;
    }

    private DeadLetter letter(EncodedLetter letter, String id, Text text, Notes notes) {
        Optional<Cause> written = Optional.of(text.cause());
        boolean moved = notes.queue != null && DeadLetterQueue.isDeadLetterName(notes.queue);
        boolean diedAgain = notes.number.isPresent() && !moved;
        Optional<String> origin = Optional.ofNullable(text.origin).or(() -> Optional.ofNullable(notes.queue));
        return new DeadLetter(
                id,
                queue,
                function(text.function),
                origin,
                diedAgain ? Optional.empty() : written,
                diedAgain ? written : Optional.empty(),
                text.redrives.orElse(0),
                Optional.empty(),
                notes.number,
                NOTHING,
                "",
                Map.of(),
                Map.of(),
                letter.bytes(),
                letter.size());
    }

    private Optional<FunctionName> function(@Nullable String written) {
        String name = written == null ? "" : written;
        Optional<FunctionName> known = names.get(name);
        if (known == null) {
            known = Optional.of(name)
                    .filter(each -> FunctionName.PATTERN.matcher(each).matches())
                    .map(FunctionName::new)
                    .or(() -> Topology.functionOfDeadLetters(queue));
            if (names.size() < MOST_NAMES) {
                names.put(name, known);
            }
        }
        return known;
    }

    /** What the worker wrote on it. */
    private static final class Text {
        private @Nullable String requestId;
        private @Nullable String function;
        private @Nullable String origin;
        private String version = "";
        private String condition = "";
        private String errorType = "";
        private String errorMessage = "";
        private String stackTrace = "";
        private String fingerprint = "";
        private OptionalLong attempts = OptionalLong.empty();
        private OptionalLong redrives = OptionalLong.empty();
        private OptionalLong diedAt = OptionalLong.empty();
        private boolean odd;

        /** Reads the name here and goes to the value, which may be read in between. */
        void read(AmqpBytes at) {
            int key = at.position();
            at.skipValue();
            int value = at.position();
            at.goTo(key);
            if (at.isText(ERROR_TYPE)) {
                errorType = text(at, value);
            } else if (at.isText(ERROR_MESSAGE)) {
                errorMessage = text(at, value);
            } else if (at.isText(STACK_TRACE)) {
                stackTrace = text(at, value);
            } else if (at.isText(DIED_AT)) {
                diedAt = number(at, value);
            } else if (at.isText(REQUEST_ID)) {
                requestId = text(at, value);
            } else if (at.isText(FUNCTION)) {
                function = text(at, value);
            } else if (at.isText(VERSION)) {
                version = text(at, value);
            } else if (at.isText(ORIGIN_QUEUE)) {
                origin = text(at, value);
            } else if (at.isText(CONDITION)) {
                condition = text(at, value);
            } else if (at.isText(FINGERPRINT)) {
                fingerprint = text(at, value);
            } else if (at.isText(ATTEMPTS)) {
                attempts = number(at, value);
            } else if (at.isText(REDRIVES)) {
                redrives = number(at, value);
            } else if (at.isText(ORIGIN_NUMBER)) {
                odd = true;
            }
            at.goTo(value);
        }

        private String text(AmqpBytes at, int value) {
            at.goTo(value);
            String found = at.text();
            odd |= found == null;
            return found == null ? "" : found;
        }

        private OptionalLong number(AmqpBytes at, int value) {
            at.goTo(value);
            OptionalLong found = at.number();
            odd |= found.isEmpty();
            return found;
        }

        Cause cause() {
            return new Cause(
                    condition,
                    errorType,
                    errorMessage,
                    stackTrace,
                    attempts.orElse(0),
                    function == null ? "" : function,
                    version,
                    fingerprint,
                    Instant.ofEpochMilli(diedAt.orElse(0)));
        }
    }

    /** What the broker wrote on it when it moved it. */
    private static final class Notes {
        private @Nullable String queue;
        private OptionalLong number = OptionalLong.empty();
        private boolean odd;

        void read(AmqpBytes at) {
            boolean ofQueue = at.isText(ORIGIN_QUEUE_NOTE);
            boolean ofNumber = !ofQueue && at.isText(ORIGIN_NUMBER_NOTE);
            at.skipValue();
            if (ofQueue) {
                queue = at.text();
                odd |= queue == null;
            } else if (ofNumber) {
                number = at.number();
                odd |= number.isEmpty();
            }
        }
    }
}
