package io.millrace.runtime.idempotency;

import io.millrace.idempotency.Claim;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.ClaimStore;
import io.millrace.idempotency.CompletedKeys;
import io.millrace.idempotency.Digest;
import io.millrace.idempotency.Ending;
import io.millrace.idempotency.IdempotencyStoreException;
import io.millrace.runtime.observe.LogKeys;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the store on a thread of its own, and what was asked for meanwhile together: one transaction, and one wait for the
 * disk, serve as many as there are. The store is opened, and the thread started, by the first key. Thread-safe; never
 * blocks, but for {@link #close}.
 */
public final class KeyDesk implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(KeyDesk.class);
    private static final int MOST_AT_ONCE = 256;
    private static final long RETRY_MILLIS = 1_000;
    private static final long CLOSING_SECONDS = 10;
    /** What may wait for the disk without a permit: two thousand small results. */
    private static final long ROOM_BYTES = 8L << 20;

    private static final int LEAST_BYTES = 4_096;

    private final Supplier<ClaimStore> open;
    private final CompletedKeys completed;
    private final Clock clock;
    private final ConcurrentLinkedQueue<Asked> claims = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Ended> endings = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread created = new Thread(work, "millrace-idempotency");
        created.setDaemon(true);
        return created;
    });
    private volatile boolean away;
    private volatile boolean closed;
    private volatile @Nullable ClaimStore store;
    // The rest is the thread's.
    private long nextTryNanos;
    private boolean retries;
    private String reason = "";

    /**
     * @param open called on the desk's thread, and again after it failed with an IdempotencyStoreException
     * @param cachedKeys completed keys that are answered from memory
     */
    public KeyDesk(Supplier<ClaimStore> open, int cachedKeys, Clock clock) {
        this.open = open;
        this.completed = new CompletedKeys(cachedKeys, clock);
        this.clock = clock;
    }

    private record Asked(ClaimRequest request, ClaimListener listener) {}

    private record Ended(Ending ending, Optional<Digest> payload, Consumer<Boolean> listener) {
        int bytes() {
            return LEAST_BYTES
                    + ending.result().map(result -> result.payload().length).orElse(0);
        }
    }

    /** The listener may be called before this returns. */
    public void claim(ClaimRequest request, ClaimListener listener) {
        Optional<Claim> known = completed.find(request).or(() -> now(request));
        if (known.isPresent()) {
            listener.claimed(known.get());
        } else {
            claims.add(new Asked(request, listener));
            schedule();
        }
    }

    /**
     * As {@link #claim(ClaimRequest, ClaimListener)} for each of them; those that the store has to be asked for are asked
     * for together.
     *
     * @param listener of a request, by its place among them
     */
    public void claim(List<ClaimRequest> requests, IntFunction<ClaimListener> listener) {
        List<Asked> unknown = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            ClaimRequest request = requests.get(i);
            Optional<Claim> known = completed.find(request).or(() -> now(request));
            if (known.isPresent()) {
                listener.apply(i).claimed(known.get());
            } else {
                unknown.add(new Asked(request, listener.apply(i)));
            }
        }
        if (!unknown.isEmpty()) {
            claims.addAll(unknown);
            schedule();
        }
    }

    /** What a store of this process knows without a look at its disk. */
    private Optional<Claim> now(ClaimRequest request) {
        ClaimStore opened = store;
        return opened == null || away || closed ? Optional.empty() : opened.claimNow(request);
    }

    /**
     * Ends a claim. While the store is away this waits for it, at most until the lease is over.
     *
     * @param payload what the key came with
     * @param listener told once whether it is stored; false also where somebody else has the key by now
     */
    public void end(Ending ending, Optional<Digest> payload, Consumer<Boolean> listener) {
        add(new Ended(ending, payload, listener));
        schedule();
    }

    private void add(Ended ended) {
        waitingBytes.addAndGet(ended.bytes());
        endings.add(ended);
    }

    /** Whether what ends now may wait for the store without its permit. Else others would run, and wait, without end. */
    public boolean hasRoom() {
        return !away && waitingBytes.get() < ROOM_BYTES;
    }

    /** Whether the store failed the last time; then a claim is tried once a second, and others are refused at once. */
    public boolean isAway() {
        return away;
    }

    private void schedule() {
        if (!closed && scheduled.compareAndSet(false, true)) {
            thread.execute(this::work);
        }
    }

    private void work() {
        scheduled.set(false);
        List<Ended> ended = next(endings);
        List<Asked> asked = next(claims);
        if (away && System.nanoTime() - nextTryNanos < 0) {
            refuse(asked);
            keep(ended);
            return;
        }
        try {
            ClaimStore used = store();
            end(used, ended);
            ended = List.of();
            claim(used, asked);
            asked = List.of();
            used.tidy();
            back();
        } catch (RuntimeException failed) { // Whatever it is, those who asked must hear of it: they hold permits.
            wentAway(failed);
            keep(ended);
            refuse(asked);
        }
        if (!claims.isEmpty() || !endings.isEmpty()) {
            schedule();
        }
    }

    private static <T> List<T> next(ConcurrentLinkedQueue<T> queue) {
        List<T> taken = new ArrayList<>();
        T next;
        while (taken.size() < MOST_AT_ONCE && (next = queue.poll()) != null) {
            taken.add(next);
        }
        return taken;
    }

    private ClaimStore store() {
        ClaimStore opened = store;
        if (opened == null) {
            opened = open.get();
            store = opened;
        }
        return opened;
    }

    private void claim(ClaimStore used, List<Asked> asked) {
        if (asked.isEmpty()) {
            return;
        }
        List<Claim> answers = used.claim(asked.stream().map(Asked::request).toList());
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) instanceof Claim.Completed known) {
                completed.put(asked.get(i).request().key(), known);
            }
            Asked each = asked.get(i);
            Claim answer = answers.get(i);
            tell(() -> each.listener().claimed(answer));
        }
    }

    private void noLongerWaiting(List<Ended> ended) {
        waitingBytes.addAndGet(-ended.stream().mapToLong(Ended::bytes).sum());
    }

    /** One that throws must not keep the others from their answers. */
    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException bug) {
            LOGGER.atError().setCause(bug).log("whoever asked for an idempotency key failed at the answer");
        }
    }

    private void end(ClaimStore used, List<Ended> ended) {
        if (ended.isEmpty()) {
            return;
        }
        List<Boolean> stored = used.end(ended.stream().map(Ended::ending).toList());
        noLongerWaiting(ended);
        for (int i = 0; i < stored.size(); i++) {
            Ended each = ended.get(i);
            if (stored.get(i)) {
                remember(each);
            } else {
                LOGGER.atWarn().log("a keyed invocation ended after its lease, and another one has its key");
            }
            boolean isStored = stored.get(i);
            tell(() -> each.listener().accept(isStored));
        }
    }

    private void remember(Ended ended) {
        Ending ending = ended.ending();
        ending.result()
                .ifPresent(result -> completed.put(
                        ending.claim().key(),
                        new Claim.Completed(
                                result, ended.payload(), clock.instant().plus(ending.timeToLive()))));
    }

    private void wentAway(RuntimeException failed) {
        reason = String.valueOf(failed.getMessage());
        if (!away) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REASON, reason)
                    .setCause(failed instanceof IdempotencyStoreException ? null : failed)
                    .log("idempotency store is away; invocations with a key wait");
        }
        away = true;
        nextTryNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
    }

    private void back() {
        if (away) {
            away = false;
            LOGGER.atInfo().log("idempotency store is back");
        }
    }

    private void refuse(List<Asked> asked) {
        asked.forEach(each -> each.listener().storeAway(reason));
    }

    /** Until the store is back, or the lease is over and nothing is left to end. */
    private void keep(List<Ended> ended) {
        noLongerWaiting(ended);
        Instant now = clock.instant();
        for (Ended each : ended) {
            if (closed || !now.isBefore(each.ending().claim().until())) {
                LOGGER.atWarn()
                        .addKeyValue(LogKeys.REASON, reason)
                        .log("the end of a keyed invocation is not stored; its key is free when its lease is over");
                each.listener().accept(false);
            } else if (each.ending().result().isPresent()) {
                add(each);
            } else { // Nobody need wait for a key to be free.
                each.listener().accept(false);
                add(new Ended(each.ending(), each.payload(), freed -> {}));
            }
        }
        if (!endings.isEmpty() && !retries) {
            retries = true;
            var unused = thread.schedule(
                    () -> {
                        retries = false;
                        work();
                    },
                    RETRY_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Blocks until what was asked for is done, or for ten seconds. */
    @Override
    public void close() {
        thread.execute(() -> {
            closed = true;
            while (!endings.isEmpty() || !claims.isEmpty()) {
                work();
            }
            if (store != null) {
                store.close();
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            thread.shutdownNow();
        }
    }
}
