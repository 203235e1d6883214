package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a queue with groups, each group in the order of the queue: those that are here, those that run, and the
 * places of those that failed and that the broker hands out again. A group has one batch running at most, and nothing
 * behind a message that failed runs before it (lambda-semantics 3.5). Times are milliseconds of a clock that nobody
 * sets, from any origin before the first of them. Event loop only.
 */
final class OrderedMessages {
    /** A group rests so long after its first failure, and up to so long after many. */
    private static final Duration FIRST_REST = Duration.ofMillis(100);

    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    /** In the order in which they may run: whoever has run is the last. */
    private final Map<String, Group> groups = new LinkedHashMap<>();

    private int held;
    private long heldBytes;
    private int missing;

    private static final class Group {
        private final Deque<Place> places = new ArrayDeque<>();
        private boolean runs;
        private long restsUntilMillis;
        private long restMillis = FIRST_REST.toMillis();
    }

    /** Of one message in its group. */
    private static final class Place {
        private final String id;
        /** None while the broker has it. */
        private @Nullable BatchItem item;
        /** When a missing one is no longer waited for: it may have become a dead letter, or have been removed. */
        private long missingUntilMillis;

        Place(String id, BatchItem item) {
            this.id = id;
            this.item = item;
        }
    }

    /** It takes the place that it had, or the last of its group. */
    void add(BatchItem item) {
        held++;
        heldBytes += item.record().length;
        Deque<Place> places = groups.computeIfAbsent(group(item), name -> new Group()).places;
        if (missing > 0) {
            for (Place place : places) {
                if (place.item == null && place.id.equals(item.id())) {
                    place.item = item;
                    missing--;
                    return;
                }
            }
        }
        places.add(new Place(item.id(), item));
    }

    /** A message without a group is one of its own. */
    static String group(BatchItem item) {
        String group = item.delivery().message().getGroupId();
        return group == null ? "\0" + item.id() : group;
    }

    /** The next messages of groups that are free, which are not free then until {@link #ended}. */
    Optional<Batch> next(int most, long nowMillis) {
        Batch batch = new Batch();
        List<String> taken = new ArrayList<>();
        for (Map.Entry<String, Group> entry : groups.entrySet()) {
            Group group = entry.getValue();
            if (!group.runs && group.restsUntilMillis <= nowMillis && fill(batch, group.places, most)) {
                group.runs = true;
                taken.add(entry.getKey());
            }
        }
        for (String name : taken) { // To the end.
            Group group = groups.remove(name);
            if (group != null) {
                groups.put(name, group);
            }
        }
        return batch.isEmpty() ? Optional.empty() : Optional.of(batch);
    }

    /** Whether {@link #next} would have any. */
    boolean hasNext(long nowMillis) {
        return groups.values().stream()
                .anyMatch(group -> !group.runs
                        && group.restsUntilMillis <= nowMillis
                        && !group.places.isEmpty()
                        && group.places.getFirst().item != null);
    }

    private static boolean fill(Batch batch, Deque<Place> places, int most) {
        int before = batch.size();
        for (Place place : places) {
            BatchItem item = place.item;
            if (item == null || batch.size() >= most || !batch.hasRoomFor(item)) {
                break;
            }
            batch.add(item);
        }
        return batch.size() > before;
    }

    /** What became of the messages of a batch. */
    record Ending(List<BatchItem> done, List<BatchItem> failed) {}

    /**
     * Frees the groups of a batch. Of each group those before the first that failed are done; of the others those that
     * failed leave their places empty, and the rest stays to run behind them.
     *
     * @param failed ids
     * @param waiting ids of those that stay where they are, untried, and those behind them
     * @param missingUntilMillis when those that failed are no longer waited for
     * @return what to tell the broker, in this order
     */
    Ending ended(Batch batch, Set<String> failed, Set<String> waiting, long nowMillis, long missingUntilMillis) {
        List<BatchItem> done = new ArrayList<>();
        List<BatchItem> retried = new ArrayList<>();
        Map<String, Boolean> failing = new HashMap<>();
        for (BatchItem item : batch.items()) {
            boolean isFailed = failed.contains(item.id());
            boolean stops = isFailed || waiting.contains(item.id());
            boolean isBehind = failing.merge(group(item), stops, Boolean::logicalOr);
            if (isFailed) {
                retried.add(item);
                leave(item, missingUntilMillis);
            } else if (!isBehind) {
                done.add(item);
                remove(item);
            }
        }
        failing.forEach((name, stopped) -> free(name, stopped, nowMillis));
        return new Ending(done, retried);
    }

    /** Frees the groups of a batch that was not tried; all of it stays where it is. */
    void untried(Batch batch) {
        batch.items().forEach(item -> {
            Group group = groups.get(group(item));
            if (group != null) {
                group.runs = false;
            }
        });
    }

    /** A message that cannot run is given to the broker, which hands it out again as often as the queue allows. */
    void refused(BatchItem item, long missingUntilMillis) {
        add(item);
        leave(item, missingUntilMillis);
    }

    private void free(String name, boolean rests, long nowMillis) {
        Group group = groups.get(name);
        if (group == null) {
            return;
        }
        group.runs = false;
        if (rests) {
            group.restsUntilMillis = nowMillis + group.restMillis;
            group.restMillis = Math.min(2 * group.restMillis, LONGEST_REST.toMillis());
        } else {
            group.restMillis = FIRST_REST.toMillis();
        }
        if (group.places.isEmpty()) {
            groups.remove(name);
        }
    }

    private void leave(BatchItem item, long missingUntilMillis) {
        Group group = groups.get(group(item));
        if (group != null) {
            for (Place place : group.places) {
                if (item.equals(place.item)) {
                    becomeMissing(place, missingUntilMillis);
                    return;
                }
            }
        }
    }

    private void becomeMissing(Place place, long untilMillis) {
        BatchItem item = place.item;
        if (item != null) {
            held--;
            heldBytes -= item.record().length;
            missing++;
            place.item = null;
        }
        place.missingUntilMillis = untilMillis;
    }

    private void remove(BatchItem item) {
        Group group = groups.get(group(item));
        if (group != null && group.places.removeIf(place -> item.equals(place.item))) {
            held--;
            heldBytes -= item.record().length;
        }
    }

    /** One that failed does not come back. */
    void forget(BatchItem item) {
        Group group = groups.get(group(item));
        if (group == null) {
            return;
        }
        for (Iterator<Place> each = group.places.iterator(); each.hasNext(); ) {
            Place place = each.next();
            if (place.item == null && place.id.equals(item.id())) {
                each.remove();
                missing--;
                break;
            }
        }
        if (group.places.isEmpty() && !group.runs) {
            groups.remove(group(item));
        }
    }

    /** Places that nobody came back to, by id; they are closed. */
    List<String> closeOverdue(long nowMillis) {
        List<String> overdue = new ArrayList<>();
        for (Group group : groups.values()) {
            group.places.removeIf(place -> {
                boolean isOverdue = place.item == null && place.missingUntilMillis < nowMillis;
                if (isOverdue) {
                    overdue.add(place.id);
                    missing--;
                }
                return isOverdue;
            });
        }
        groups.values().removeIf(group -> group.places.isEmpty() && !group.runs);
        return overdue;
    }

    /** The broker has all of them again, and hands them out in their order. */
    void lose(long missingUntilMillis) {
        groups.values().forEach(group -> group.places.forEach(place -> becomeMissing(place, missingUntilMillis)));
    }

    /** Whether a group waits a little after its failure. */
    boolean rests(long nowMillis) {
        return groups.values().stream().anyMatch(group -> group.restsUntilMillis >= nowMillis);
    }

    /** Messages that are here, those that run too. */
    int held() {
        return held;
    }

    /** Of their records. */
    long heldBytes() {
        return heldBytes;
    }

    /** Messages that are waited for. */
    int missing() {
        return missing;
    }
}
