package io.millrace.runtime.metrics;

import io.millrace.broker.topology.Topology;
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
    private final Map<FunctionName, Books> books = new HashMap<>();

    QueueFamilies(Meters meters) {
        this.meters = meters;
    }

    /** Events that left the queue, as the broker counts them, and those of which is known how. */
    private record Book(long link, long left, long told, long undone) {
        boolean goesOn(Book later) {
            return later.link == link && later.left >= left && later.told >= told && later.undone >= undone;
        }

        long unaccountedSince(Book first) {
            return (left - first.left) - (told - first.told) - (undone - first.undone);
        }
    }

    /** Where it began to compare, and where it last looked. */
    private record Books(Book first, Book last) {}

    /** @param undone events that were brought back out of a queue by then, by its name */
    void add(Families families, Map<FunctionName, FunctionReading> readings, Map<String, Long> undone, Instant now) {
        books.keySet().retainAll(readings.keySet());
        readings.forEach((name, reading) -> {
            long back = undone.getOrDefault(Topology.invokeAddress(name), 0L);
            add(families, name, reading, new Book(reading.link(), reading.acknowledged(), reading.told(), back), now);
        });
    }

    private void add(Families families, FunctionName name, FunctionReading reading, Book book, Instant now) {
        String label = meters.label(name);
        addStates(families, label, reading.account());
        families.gauge(
                "millrace_unaccounted_events",
                "Events that left the queue of the function without an end that this server knows.",
                unaccounted(name, book),
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

    /**
     * Since the first look by the same link: the counts have begun at different times, and begin anew with the broker, the
     * queue, or the worker, each of which makes a new link. Less than nothing is missing only where that first look fell
     * into an undo, which is written down at its end.
     */
    private long unaccounted(FunctionName name, Book now) {
        Books known = books.get(name);
        if (known == null || !known.last().goesOn(now) || now.unaccountedSince(known.first()) < 0) {
            books.put(name, new Books(now, now));
            return 0;
        }
        books.put(name, new Books(known.first(), now));
        return now.unaccountedSince(known.first());
    }
}
