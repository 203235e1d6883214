package io.millrace.runtime.dispatch;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.accounting.HeldGroups;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Concurrency of one per message group, in order. An event holds its group from its first attempt until it has succeeded
 * or is dead, also while the broker delays its next attempt; those behind it wait here, unsettled. Event loop only.
 */
final class MessageGroups {
    private static final long RUNS = Long.MAX_VALUE;

    private final HeldGroups held;
    private final int row;
    private final Map<String, Hold> holds = new HashMap<>();
    private int waiting;

    /**
     * @param held for the next process: who runs next in a group whose event is delayed
     * @param row of the function in it
     */
    MessageGroups(HeldGroups held, int row) {
        this.held = held;
        this.row = row;
    }

    private static final class Hold {
        private String holder;
        /** When the holder's next delivery is given up on: somebody may have removed it from the queue. */
        private long untilMillis = RUNS;

        private final ArrayDeque<WaitingEvent> behind = new ArrayDeque<>();

        Hold(String holder) {
            this.holder = holder;
        }
    }

    /** True if the event may run now; otherwise it waits here until {@link #leave} or {@link #overdue} hands it out. */
    boolean tryEnter(WaitingEvent event) {
        String group = event.group();
        if (group == null) {
            return true;
        }
        Hold hold = holds.computeIfAbsent(group, name -> heldBefore(name).orElseGet(() -> new Hold(event.id())));
        if (hold.holder.equals(event.id())) {
            hold.untilMillis = RUNS;
            return true;
        }
        hold.behind.add(event);
        waiting++;
        return false;
    }

    /** By an event that another process left at the broker. */
    private Optional<Hold> heldBefore(String group) {
        return held.holder(row, group).map(holder -> {
            Hold hold = new Hold(holder.id());
            hold.untilMillis = holder.untilMillis();
            return hold;
        });
    }

    /** The holder's attempt failed; the broker delivers it again. */
    void expectBack(@Nullable String group, String id, long untilMillis) {
        Hold hold = group == null ? null : holds.get(group);
        if (hold != null && hold.holder.equals(id)) {
            hold.untilMillis = untilMillis;
            held.hold(row, String.valueOf(group), id, untilMillis);
        }
    }

    /** The event is over. Returns the next of its group, which holds the group now. */
    Optional<WaitingEvent> leave(@Nullable String group, String id) {
        if (group == null) {
            return Optional.empty();
        }
        Hold hold = holds.get(group);
        if (hold == null) {
            held.holder(row, group)
                    .filter(holder -> holder.id().equals(id))
                    .ifPresent(over -> held.release(row, group));
            return Optional.empty();
        }
        return hold.holder.equals(id) ? next(group, hold) : Optional.empty();
    }

    private Optional<WaitingEvent> next(String group, Hold hold) {
        held.release(row, group);
        WaitingEvent next = hold.behind.poll();
        if (next == null) {
            holds.remove(group);
            return Optional.empty();
        }
        waiting--;
        hold.holder = next.id();
        hold.untilMillis = RUNS;
        return Optional.of(next);
    }

    /** Those who need not wait any longer for a holder that did not come back. */
    List<WaitingEvent> overdue(long nowMillis) {
        List<WaitingEvent> free = new ArrayList<>();
        for (Map.Entry<String, Hold> entry : List.copyOf(holds.entrySet())) {
            if (entry.getValue().untilMillis < nowMillis) {
                next(entry.getKey(), entry.getValue()).ifPresent(free::add);
            }
        }
        return free;
    }

    /** Takes out those who wait and match. */
    List<WaitingEvent> remove(Predicate<WaitingEvent> which) {
        List<WaitingEvent> removed = new ArrayList<>();
        for (Hold hold : holds.values()) {
            for (Iterator<WaitingEvent> each = hold.behind.iterator(); each.hasNext(); ) {
                WaitingEvent event = each.next();
                if (which.test(event)) {
                    each.remove();
                    removed.add(event);
                }
            }
        }
        waiting -= removed.size();
        return removed;
    }

    /**
     * Takes out all who wait: their deliveries came by a link that is gone, and the broker delivers them again. Who holds
     * a group keeps it.
     */
    List<WaitingEvent> removeAll() {
        return remove(event -> true);
    }

    /** When the first of those who wait in each group was accepted. */
    Stream<Instant> oldest() {
        return holds.values().stream()
                .flatMap(hold -> Optional.ofNullable(hold.behind.peek()).stream())
                .flatMap(event -> EventMessages.receivedAt(event.message()).stream());
    }

    /**
     * One that waits behind another of its group.
     *
     * @param holder id of the event that has the group
     * @param untilMillis when that is given up on, if it failed and is to be delivered again
     */
    record Behind(String id, String group, String holder, OptionalLong untilMillis) {}

    List<Behind> look() {
        List<Behind> behind = new ArrayList<>();
        holds.forEach((group, hold) -> {
            OptionalLong until = hold.untilMillis == RUNS ? OptionalLong.empty() : OptionalLong.of(hold.untilMillis);
            hold.behind.forEach(event -> behind.add(new Behind(event.id(), group, hold.holder, until)));
        });
        return behind;
    }

    /** Events that wait behind others of their group. */
    int waiting() {
        return waiting;
    }
}
