package io.millrace.source.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a record is in its topic. Its text, {@code 3@100}, is a position for the engine: it names the partition too, so
 * that what a function says of another partition fits no record of its batch.
 */
record RecordPosition(int partition, long offset) {
    private static final char AT = '@';

    static RecordPosition parse(String text) {
        int at = text.indexOf(AT);
        return new RecordPosition(Integer.parseInt(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
    }

    /** Of {@code {"partition":"topic-3","offset":100}} (lambda-semantics 3.6); empty for anything else. */
    static Optional<RecordPosition> of(String topic, JsonNode itemIdentifier) {
        JsonNode offset = itemIdentifier.path("offset");
        OptionalInt partition =
                partition(topic, itemIdentifier.path("partition").asText());
        return partition.isPresent() && offset.isIntegralNumber() && offset.canConvertToLong()
                ? Optional.of(new RecordPosition(partition.getAsInt(), offset.longValue()))
                : Optional.empty();
    }

    /** Of {@code topic-3} the 3; empty if it is of no partition of this topic. */
    static OptionalInt partition(String topic, String name) {
        String prefix = topic + "-";
        if (!name.startsWith(prefix)) {
            return OptionalInt.empty();
        }
        String number = name.substring(prefix.length());
        boolean isNumber =
                !number.isEmpty() && number.length() < 10 && number.chars().allMatch(Character::isDigit);
        return isNumber ? OptionalInt.of(Integer.parseInt(number)) : OptionalInt.empty();
    }

    @Override
    public String toString() {
        return "" + partition + AT + offset;
    }
}
