package io.millrace.runtime.mapping;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Each is taken once, by whoever comes first: its timer, a permit that is free, or the stop. Thread-safe. */
final class RestingBatches {
    private static final int MOST = 100;

    private final Set<RestingBatch> all = new LinkedHashSet<>();
    private final Set<RestingBatch> due = new LinkedHashSet<>();

    synchronized boolean isFull() {
        return all.size() >= MOST;
    }

    synchronized void add(RestingBatch rests) {
        all.add(rests);
    }

    /**
     * It rested long enough: the next permit is for it.
     *
     * @return false if somebody else has it
     */
    synchronized boolean isDue(RestingBatch rests) {
        boolean isHere = all.contains(rests);
        if (isHere) {
            due.add(rests);
        }
        return isHere;
    }

    /** @return false if somebody else has it */
    synchronized boolean take(RestingBatch rests) {
        due.remove(rests);
        return all.remove(rests);
    }

    synchronized Optional<RestingBatch> takeDue() {
        Optional<RestingBatch> first = due.stream().findFirst();
        first.ifPresent(this::take);
        return first;
    }

    synchronized List<RestingBatch> takeAll() {
        List<RestingBatch> taken = new ArrayList<>(all);
        all.clear();
        due.clear();
        return taken;
    }
}
