package io.millrace.runtime.metrics;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.observe.Meters;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the events of functions are, as the accounting knows it, and whether it knows it of all. For one thread at a
 * time; remembers how far the books were apart when it first looked.
 */
final class QueueFamilies {
    private static final String FUNCTION = "function";

    private final Meters meters;
    private final Map<FunctionName, Book> first = new HashMap<>();

    QueueFamilies(Meters meters) {
        this.meters = meters;
    }

    /** Events that left the queue, as the broker counts them, and those whose end this server knows. */
    private record Book(long left, long ended) {
        static Book of(FunctionReading reading) {
            return new Book(reading.acknowledged(), reading.account().succeeded() + reading.givenUp());
        }
    }

    void add(Families families, Map<FunctionName, FunctionReading> readings, Instant now) {
        first.keySet().retainAll(readings.keySet());
        readings.forEach((name, reading) -> add(families, name, reading, now));
    }

    private void add(Families families, FunctionName name, FunctionReading reading, Instant now) {
        String label = meters.label(name);
        addStates(families, label, reading.account());
        families.gauge(
                "millrace_unaccounted_events",
                "Events that left the queue of the function without an end that this server knows.",
                unaccounted(name, Book.of(reading)),
                FUNCTION,
                label);
        if (!label.equals(Meters.OTHERS)) {
            // A sum over functions that come and go would fall when one goes, and look like a restart.
            families.counter(
                    "millrace_async_events_received",
                    "Events that came into the queue of the function since the broker began, redriven ones too.",
                    reading.received(),
                    FUNCTION,
                    label);
            families.counter(
                    "millrace_events_succeeded",
                    "Events whose handler ended well, ever.",
                    reading.account().succeeded(),
                    FUNCTION,
                    label);
            families.gauge(
                    "millrace_oldest_event_age_seconds",
                    "Age of the oldest event that waits for a permit or for its group; 0 if none does.",
                    reading.oldestWaiting()
                            .map(since ->
                                    Math.max(0, Duration.between(since, now).toMillis() / 1e3))
                            .orElse(0.0),
                    FUNCTION,
                    label);
        }
    }

    private static void addStates(Families families, String label, FunctionAccount account) {
        Map<String, Long> states = Map.of(
                "waiting", account.waiting(),
                "delayed", account.delayed(),
                "running", account.running(),
                "dead-lettered", account.deadLettered(),
                "expired", account.expired());
        states.forEach((state, events) -> families.gauge(
                "millrace_events",
                "Events by where they are: depth of the queue, what runs, and dead letters.",
                events,
                FUNCTION,
                label,
                "state",
                state));
    }

    /** Since the first look, as both books have begun at different times; also after the broker's began anew. */
    private long unaccounted(FunctionName name, Book book) {
        Book since = first.get(name);
        if (since == null || book.left() < since.left() || book.ended() < since.ended()) {
            first.put(name, book);
            return 0;
        }
        return (book.left() - since.left()) - (book.ended() - since.ended());
    }
}
