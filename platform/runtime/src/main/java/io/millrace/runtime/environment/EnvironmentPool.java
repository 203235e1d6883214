package io.millrace.runtime.environment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The warm environments of one version, the one used last first, of whichever kind; provisioned ones apart. Thread-safe;
 * its lock is never held for a call into an environment, only for one into the listener of an allocation.
 */
public final class EnvironmentPool implements FunctionEnvironments {
    private final String function;
    private final Supplier<? extends ExecutionEnvironment> create;
    private final Rules rules;
    private final Room room;
    private final boolean inThisProcess;
    private final Runnable whenRetired;
    private final Consumer<EnvironmentPool> whenClosed;
    /** All that live, so that others can look at them without the lock. */
    private final Collection<Slot> live = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final ArrayDeque<Slot> idle = new ArrayDeque<>();
    private final ArrayDeque<Slot> idleProvisioned = new ArrayDeque<>();
    private AllocationListener progress = AllocationListener.NOBODY;
    private int wantedProvisioned;
    private int provisioned;
    private int availableProvisioned;
    private boolean allocationFailed;
    private int running;
    private boolean closed;

    /**
     * @param function for messages
     * @param create makes an environment that is not initialised; must not block
     * @param room whether another environment may be started
     * @param inThisProcess whether handlers run in this JVM
     * @param whenRetired called each time an environment ends that was not provisioned
     * @param whenClosed called once, when no attempt runs any more after {@link #close}
     */
    public EnvironmentPool(
            String function,
            Supplier<? extends ExecutionEnvironment> create,
            Rules rules,
            Room room,
            boolean inThisProcess,
            Runnable whenRetired,
            Consumer<EnvironmentPool> whenClosed) {
        this.function = function;
        this.create = create;
        this.rules = rules;
        this.room = room;
        this.inThisProcess = inThisProcess;
        this.whenRetired = whenRetired;
        this.whenClosed = whenClosed;
    }

    /**
     * @param idleLifetime how long an environment stays warm without work
     * @param maximumAge after which it is not used again: nothing may rely on reuse (lambda-semantics 5.1)
     */
    public record Rules(Duration idleLifetime, Duration maximumAge) {
        /** Minutes and hours, as Lambda does it without saying how many. */
        public static final Rules DEFAULT = new Rules(Duration.ofMinutes(5), Duration.ofHours(4));
    }

    /** What the machine has for environments, over all pools. Thread-safe; asked without the pool's lock. */
    @FunctionalInterface
    public interface Room {
        Room UNLIMITED = (type, isFirst) -> true;

        /**
         * Only a question: whoever asks may have no permit in the end.
         *
         * @param isFirst whether the version has no environment yet
         */
        boolean forOneMore(InvocationType type, boolean isFirst);

        /**
         * Whether one more can be started that nobody needs, and nobody who needs one comes too short.
         *
         * @param isFirst whether the version has no environment yet
         */
        default boolean toSpare(boolean isFirst) {
            return true;
        }

        /** One more is started now; what was idle elsewhere may have to go for it. */
        default void takeOne() {}
    }

    @Override
    public boolean hasRoom(InvocationType type) {
        return room == Room.UNLIMITED || hasIdle() || room.forOneMore(type, live.isEmpty());
    }

    @Override
    public boolean hasRoomToSpare() {
        return hasIdleOnDemand() || room.toSpare(live.isEmpty());
    }

    private boolean hasIdleOnDemand() {
        synchronized (lock) {
            return !idle.isEmpty();
        }
    }

    @Override
    public boolean inThisProcess() {
        return inThisProcess;
    }

    private boolean hasIdle() {
        synchronized (lock) {
            return !idle.isEmpty() || !idleProvisioned.isEmpty();
        }
    }

    /** @throws IllegalStateException after {@link #close}; nothing runs and {@code whenEnded} is not called */
    @Override
    public void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {
        Slot slot = take(capacity);
        slot.environment.run(invocation, caller, outcome -> {
            giveBack(slot);
            whenEnded.accept(outcome);
        });
    }

    private Slot take(Capacity capacity) {
        @Nullable Slot warm;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the environments of function '" + function + "' are closed");
            }
            running++;
            warm = capacity == Capacity.PROVISIONED ? idleProvisioned.pollLast() : null;
            if (warm == null) { // A provisioned one may just have crashed: its invocation starts cold instead.
                warm = idle.pollLast();
            }
        }
        if (warm != null) {
            return warm;
        }
        room.takeOne();
        Slot cold = new Slot(create.get(), false, System.nanoTime());
        live.add(cold);
        return cold;
    }

    private void giveBack(Slot slot) {
        long now = System.nanoTime();
        boolean retired;
        boolean nowEmpty;
        synchronized (lock) {
            running--;
            retired = closed || isSpent(slot, now) || (slot.provisioned && provisioned > wantedProvisioned);
            if (!retired) {
                slot.idleSinceNanos = now;
                (slot.provisioned ? idleProvisioned : idle).addLast(slot);
            }
            nowEmpty = closed && running == 0;
        }
        if (retired) {
            retire(slot, true);
        }
        if (nowEmpty) {
            whenClosed.accept(this);
        }
    }

    /** Provisioned ones promise to be initialised, which one that was reset is not. */
    private boolean isSpent(Slot slot, long nowNanos) {
        EnvironmentState state = slot.environment.state();
        boolean reusable = state == EnvironmentState.READY || (state == EnvironmentState.RESET && !slot.provisioned);
        return !reusable || isTooOld(slot, nowNanos);
    }

    private boolean isTooOld(Slot slot, long nowNanos) {
        return nowNanos - slot.createdNanos > rules.maximumAge().toNanos();
    }

    /** @param wasAvailable whether it counted as an initialised one */
    private void retire(Slot slot, boolean wasAvailable) {
        live.remove(slot);
        slot.environment.shutdown(ShutdownReason.SPINDOWN);
        if (!slot.provisioned) {
            whenRetired.run();
            return;
        }
        synchronized (lock) {
            provisioned--;
            if (wasAvailable) {
                availableProvisioned--;
                progress.available(availableProvisioned);
            }
        }
        allocate();
    }

    @Override
    public void provision(int environments, AllocationListener listener) {
        List<Slot> surplus = new ArrayList<>();
        synchronized (lock) {
            wantedProvisioned = environments;
            progress = listener;
            allocationFailed = false;
            for (int over = provisioned - environments; over > 0 && !idleProvisioned.isEmpty(); over--) {
                surplus.add(idleProvisioned.removeFirst());
            }
            progress.available(availableProvisioned);
        }
        surplus.forEach(slot -> retire(slot, true));
        allocate();
    }

    private void allocate() {
        List<Slot> fresh = new ArrayList<>();
        synchronized (lock) {
            while (!closed && !allocationFailed && provisioned < wantedProvisioned) {
                provisioned++;
                fresh.add(new Slot(create.get(), true, System.nanoTime()));
            }
        }
        live.addAll(fresh);
        fresh.forEach(slot -> slot.environment.init(failure -> initialised(slot, failure)));
    }

    private void initialised(Slot slot, Optional<FunctionError> failure) {
        boolean usable;
        synchronized (lock) {
            usable = failure.isEmpty() && !closed && provisioned <= wantedProvisioned;
            if (usable) {
                slot.idleSinceNanos = System.nanoTime();
                idleProvisioned.addLast(slot);
                availableProvisioned++;
                progress.available(availableProvisioned);
            } else if (failure.isPresent() && !closed) {
                allocationFailed = true;
                progress.failed("FUNCTION_ERROR_INIT_FAILURE");
            }
        }
        if (!usable) {
            retire(slot, false);
        }
    }

    /** Retires what was idle for too long or is too old. Called now and then, by one thread. */
    public void upkeep() {
        long now = System.nanoTime();
        List<Slot> over = new ArrayList<>();
        synchronized (lock) {
            Slot longestIdle = idle.peekFirst();
            while (longestIdle != null
                    && now - longestIdle.idleSinceNanos > rules.idleLifetime().toNanos()) {
                over.add(idle.removeFirst());
                longestIdle = idle.peekFirst();
            }
            removeTooOld(idle, over, now);
            removeTooOld(idleProvisioned, over, now);
        }
        over.forEach(slot -> retire(slot, true));
    }

    /** {@link System#nanoTime} since when the longest idle environment has had no work; empty if none is idle. */
    public OptionalLong longestIdleSince() {
        synchronized (lock) {
            Slot longest = idle.peekFirst();
            return longest == null ? OptionalLong.empty() : OptionalLong.of(longest.idleSinceNanos);
        }
    }

    /** Makes room for an environment of another version. */
    public void retireLongestIdle() {
        Slot longest;
        synchronized (lock) {
            longest = idle.pollFirst();
        }
        if (longest != null) {
            retire(longest, true);
        }
    }

    private void removeTooOld(ArrayDeque<Slot> from, Collection<Slot> into, long nowNanos) {
        from.removeIf(slot -> isTooOld(slot, nowNanos) && into.add(slot));
    }

    @Override
    public int count() {
        return live.size();
    }

    /** Cuts off what runs; it ends with an error. */
    public void shutdownAll() {
        live.forEach(slot -> slot.environment.shutdown(ShutdownReason.SPINDOWN));
    }

    /** Returns at once; what the pool holds is let go of when the last running attempt has ended. */
    @Override
    public void close() {
        boolean nowEmpty;
        List<Slot> ended = new ArrayList<>();
        synchronized (lock) {
            nowEmpty = !closed && running == 0;
            closed = true;
            wantedProvisioned = 0;
            ended.addAll(idle);
            ended.addAll(idleProvisioned);
            idle.clear();
            idleProvisioned.clear();
        }
        ended.forEach(slot -> retire(slot, true));
        if (nowEmpty) {
            whenClosed.accept(this);
        }
    }

    private static final class Slot {
        private final ExecutionEnvironment environment;
        private final boolean provisioned;
        private final long createdNanos;
        /** Guarded by the pool's lock. */
        private long idleSinceNanos;

        Slot(ExecutionEnvironment environment, boolean provisioned, long createdNanos) {
            this.environment = environment;
            this.provisioned = provisioned;
            this.createdNanos = createdNanos;
        }
    }
}
