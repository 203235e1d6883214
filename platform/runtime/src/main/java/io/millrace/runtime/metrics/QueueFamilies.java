package io.millrace.runtime.metrics;

import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.observe.Meters;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the events of functions are, as the accounting knows it, and whether it knows it of all. For one thread at a
 * time; remembers how far the books were apart when it first looked.
 */
final class QueueFamilies {
    private static final String FUNCTION = "function";
    /** Queues without a worker that are shown by name; there should be none. */
    private static final int MOST_WITHOUT_WORKER = 100;

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

    /**
     * All that the broker told.
     *
     * @param undone events that were brought back out of a queue by then, by its name
     * @param waiting ages of the first that wait in the queues of {@link #waitAtBroker}; without those it does not know
     */
    record Look(
            Map<FunctionName, FunctionReading> readings,
            Map<String, Long> undone,
            Map<FunctionName, Duration> waiting) {}

    /** Those with a label of their own whose waiting events are all in the broker: one here would be older. */
    List<FunctionName> waitAtBroker(Map<FunctionName, FunctionReading> readings) {
        Set<FunctionName> withoutWorker = shownWithoutWorker(readings);
        return readings.entrySet().stream()
                .filter(each -> waitsAtBroker(each.getValue()))
                .map(Map.Entry::getKey)
                .filter(name ->
                        withoutWorker.contains(name) || !meters.label(name).equals(Meters.OTHERS))
                .toList();
    }

    private static boolean waitsAtBroker(FunctionReading reading) {
        return reading.account().waiting() > 0 && reading.oldestWaiting().isEmpty();
    }

    private static Set<FunctionName> shownWithoutWorker(Map<FunctionName, FunctionReading> readings) {
        return readings.entrySet().stream()
                .filter(each -> !each.getValue().hasWorker())
                .map(Map.Entry::getKey)
                .sorted()
                .limit(MOST_WITHOUT_WORKER)
                .collect(Collectors.toSet());
    }

    void add(Families families, Look look, Instant now) {
        Set<FunctionName> withoutWorker = shownWithoutWorker(look.readings());
        books.keySet().retainAll(look.readings().keySet());
        look.readings().forEach((name, reading) -> {
            String label = withoutWorker.contains(name) ? name.value() : meters.label(name);
            addStates(families, label, reading.account());
            if (!label.equals(Meters.OTHERS)) {
                addAge(
                        families,
                        label,
                        age(reading, Optional.ofNullable(look.waiting().get(name)), now));
            }
            if (reading.hasWorker()) {
                long back = look.undone().getOrDefault(Topology.invokeAddress(name), 0L);
                Book book = new Book(reading.link(), reading.acknowledged(), reading.told(), back);
                addEnds(families, label, reading, unaccounted(name, book));
            }
        });
    }

    private static Optional<Duration> age(FunctionReading reading, Optional<Duration> atBroker, Instant now) {
        if (waitsAtBroker(reading)) {
            return atBroker;
        }
        Instant since = reading.oldestWaiting().filter(now::isAfter).orElse(now);
        return Optional.of(Duration.between(since, now));
    }

    private static void addAge(Families families, String label, Optional<Duration> age) {
        age.ifPresent(known -> families.gauge(
                "millrace_oldest_event_age_seconds",
                "Age of the oldest event that waits to run; 0 if none does.",
                known.toMillis() / 1e3,
                FUNCTION,
                label));
    }

    private static void addEnds(Families families, String label, FunctionReading reading, long unaccounted) {
        families.gauge(
                "millrace_unaccounted_events",
                "Events that left the queue of the function without an end that this server knows.",
                unaccounted,
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
