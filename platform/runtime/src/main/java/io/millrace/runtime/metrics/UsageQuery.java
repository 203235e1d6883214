package io.millrace.runtime.metrics;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.UsageAmount;
import io.millrace.runtime.registry.UsageRow;
import io.millrace.runtime.registry.UsageStore;
import io.vertx.core.MultiMap;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks about usage.
 *
 * @param from first day, in UTC
 * @param to last day, not before the first
 * @param function empty for all
 */
record UsageQuery(LocalDate from, LocalDate to, Optional<String> function) {
    /** Rows of one answer. */
    static final int MOST = 10_000;

    private static final double MEGABYTE_MILLIS = 1024.0 * 1000;

    /**
     * @param query without {@code from}, since the first of the month of {@code to}; without {@code to}, until today
     * @throws IllegalArgumentException for what is not a day, or if they are in the wrong order
     */
    static UsageQuery of(MultiMap query, LocalDate today) {
        LocalDate to = day("to", query.get("to"), today);
        LocalDate from = day("from", query.get("from"), to.withDayOfMonth(1));
        if (from.isAfter(to)) {
            throw new IllegalArgumentException("from is '" + from + "', expected a day not after to, which is " + to);
        }
        return new UsageQuery(
                from, to, Optional.ofNullable(query.get("function")).filter(name -> !name.isEmpty()));
    }

    private static LocalDate day(String name, @Nullable String text, LocalDate otherwise) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException unreadable) {
            throw new IllegalArgumentException(
                    name + " is '" + text + "', expected a day such as 2026-11-30", unreadable);
        }
    }

    /** Blocks. */
    ObjectNode answer(UsageStore store) {
        List<UsageRow> rows = store.rows(from, to, function, MOST + 1);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("from", from.toString()).put("to", to.toString());
        rows.stream()
                .limit(MOST)
                .forEach(row -> render(
                        body.withArray("usage")
                                .addObject()
                                .put("day", row.day().toString())
                                .put("function", row.function())
                                .put("version", row.version()),
                        row.amount()));
        body.withArray("usage");
        body.put("truncated", rows.size() > MOST);
        render(body.putObject("total"), store.sum(from, to, function));
        return body;
    }

    private static void render(ObjectNode shown, UsageAmount amount) {
        shown.put("requests", amount.requests())
                .put("megabyteMilliseconds", amount.megabyteMillis())
                .put("gigabyteSeconds", amount.megabyteMillis() / MEGABYTE_MILLIS)
                .put("coldStarts", amount.coldStarts())
                .put("bytesIn", amount.bytesIn())
                .put("bytesOut", amount.bytesOut());
    }
}
