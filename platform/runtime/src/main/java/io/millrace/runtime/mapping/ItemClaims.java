package io.millrace.runtime.mapping;

import io.millrace.broker.connection.NotSentException;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.idempotency.Claim;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.Ending;
import io.millrace.idempotency.StoredResult;
import io.millrace.runtime.dispatch.IdempotencyKeyException;
import io.millrace.runtime.dispatch.PlatformErrors;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.dispatch.UnknownFunctionException;
import io.millrace.runtime.idempotency.ClaimListener;
import io.millrace.runtime.idempotency.KeyDesk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What their idempotency keys say of the records of one batch. For one thread at a time; never blocks. */
final class ItemClaims<T> {
    private static final byte[] NOTHING = {};
    private static final Verdict[] NO_VERDICTS = {};
    private static final int[] NO_FIRSTS = {};
    private static final @Nullable Won[] NONE_WON = {};

    /** What is to be done with a record. */
    enum Verdict {
        /** It has no key, or its key was claimed for this batch. */
        RUNS,
        /** It ran before, and is done. */
        DONE,
        /** One before it in the batch, which runs, has its key. */
        TWIN,
        /** Somebody else runs under its key, or it is behind a record that waits. */
        WAITS,
        /** Its key came with another payload before. */
        REUSED
    }

    /** What becomes of the keys of records that ran and did not succeed. */
    enum Rest {
        FREED,
        /** The handler may still be at it for a moment. */
        FREED_LATER,
        /** Whether it ran is not known: the end of the lease frees them. */
        KEPT;

        static Rest of(Outcome outcome) {
            return outcome instanceof FunctionError error && error.errorType().equals(PlatformErrors.TIMED_OUT)
                    ? FREED_LATER
                    : FREED;
        }

        /** Of a call that has no outcome. */
        static Rest of(@Nullable Throwable noAnswer) {
            boolean didNotRun = noAnswer instanceof RecursiveCallException
                    || noAnswer instanceof IdempotencyKeyException
                    || noAnswer instanceof NotSentException
                    || noAnswer instanceof UnknownFunctionException;
            return didNotRun ? FREED : KEPT;
        }
    }

    private final Vertx vertx;
    private final KeyDesk desk;
    private final Duration timeToLive;
    private final Duration grace;
    private final List<T> items;
    private final Verdict[] verdicts;
    private final int[] firsts;
    private final @Nullable Won[] won;
    private final List<Integer> asked = new ArrayList<>();
    private final boolean hasKeys;

    private record Won(Claim.Won claim, ClaimRequest request) {}

    /** Of records without keys: most batches. */
    static <T> ItemClaims<T> none(Vertx vertx, KeyDesk desk, List<T> items) {
        return new ItemClaims<>(vertx, desk, Duration.ZERO, Duration.ZERO, items, false);
    }

    ItemClaims(Vertx vertx, KeyDesk desk, Duration timeToLive, Duration grace, List<T> items) {
        this(vertx, desk, timeToLive, grace, items, true);
    }

    private ItemClaims(Vertx vertx, KeyDesk desk, Duration timeToLive, Duration grace, List<T> items, boolean hasKeys) {
        this.vertx = vertx;
        this.desk = desk;
        this.timeToLive = timeToLive;
        this.grace = grace;
        this.items = items;
        this.hasKeys = hasKeys;
        this.verdicts = hasKeys ? new Verdict[items.size()] : NO_VERDICTS;
        Arrays.fill(verdicts, Verdict.RUNS);
        this.firsts = hasKeys ? new int[items.size()] : NO_FIRSTS;
        this.won = hasKeys ? new @Nullable Won[items.size()] : NONE_WON;
    }

    /** The next request of {@link #claim} will be for this one. */
    void asked(int item) {
        asked.add(item);
    }

    /** @param first of the batch that has its key */
    void twin(int item, int first, boolean hasOtherPayload) {
        verdicts[item] = hasOtherPayload ? Verdict.REUSED : Verdict.TWIN;
        firsts[item] = first;
    }

    Future<ItemClaims<T>> claim(List<ClaimRequest> requests) {
        if (requests.isEmpty()) {
            return Future.succeededFuture(this);
        }
        Promise<ItemClaims<T>> all = Promise.promise();
        Answers answers = new Answers(requests, all);
        desk.claim(requests, answers::listener);
        return all.future();
    }

    /** Of the store, which gives them on any thread. */
    private final class Answers {
        private final List<ClaimRequest> requests;
        private final Promise<ItemClaims<T>> all;
        private final AtomicReferenceArray<@Nullable Claim> claims;
        private final AtomicInteger missing;
        private final AtomicReference<@Nullable String> away = new AtomicReference<>();

        Answers(List<ClaimRequest> requests, Promise<ItemClaims<T>> all) {
            this.requests = requests;
            this.all = all;
            this.claims = new AtomicReferenceArray<>(requests.size());
            this.missing = new AtomicInteger(requests.size());
        }

        ClaimListener listener(int request) {
            return new ClaimListener() {
                @Override
                public void claimed(Claim claim) {
                    claims.set(request, claim);
                    answered();
                }

                @Override
                public void storeAway(String reason) {
                    away.set(reason);
                    answered();
                }
            };
        }

        private void answered() {
            if (missing.decrementAndGet() > 0) {
                return;
            }
            for (int i = 0; i < requests.size(); i++) {
                judge(asked.get(i), requests.get(i), claims.get(i));
            }
            followFirsts();
            String reason = away.get();
            if (reason == null) {
                all.complete(ItemClaims.this);
            } else {
                var unused = end(Set.of(), Rest.FREED).onComplete(freed -> all.fail(new KeysUnknownException(reason)));
            }
        }
    }

    private void judge(int item, ClaimRequest request, @Nullable Claim claim) {
        if (claim instanceof Claim.Won mine) {
            won[item] = new Won(mine, request);
        } else if (claim instanceof Claim.Completed) {
            verdicts[item] = Verdict.DONE;
        } else {
            verdicts[item] = claim instanceof Claim.OtherPayload ? Verdict.REUSED : Verdict.WAITS;
        }
    }

    private void followFirsts() {
        for (int i = 0; i < verdicts.length; i++) {
            if (verdicts[i] == Verdict.TWIN && verdicts[firsts[i]] != Verdict.RUNS) {
                verdicts[i] = verdicts[firsts[i]];
            }
        }
    }

    /** In their order. */
    List<T> with(Verdict... wanted) {
        Set<Verdict> any = Set.of(wanted);
        if (!hasKeys) {
            return any.contains(Verdict.RUNS) ? items : List.of();
        }
        List<T> found = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            if (any.contains(verdicts[i])) {
                found.add(items.get(i));
            }
        }
        return found;
    }

    /** Whether all of the batch runs. */
    boolean isWhole() {
        return !hasKeys || Arrays.stream(verdicts).allMatch(verdict -> verdict == Verdict.RUNS);
    }

    /** Whether there is something to {@link #end}. */
    boolean hasClaims() {
        return !asked.isEmpty();
    }

    /** How many of the first ran before. */
    int doneFirst() {
        int done = 0;
        while (done < verdicts.length && verdicts[done] == Verdict.DONE) {
            done++;
        }
        return done;
    }

    /** How many come before the first that does not run now, and is not done either. */
    int ready() {
        if (!hasKeys) {
            return items.size();
        }
        int ready = 0;
        while (ready < verdicts.length && verdicts[ready] != Verdict.WAITS && verdicts[ready] != Verdict.REUSED) {
            ready++;
        }
        return ready;
    }

    /**
     * Keeps order: what is behind a record that does not run now must wait too, if it would run.
     *
     * @param groups within which there is an order
     * @param stops verdicts of records behind which others wait
     */
    void holdBack(Function<T, ?> groups, Predicate<Verdict> stops) {
        Set<Object> held = new HashSet<>();
        for (int i = 0; i < verdicts.length; i++) {
            if (stops.test(verdicts[i])) {
                held.add(groups.apply(items.get(i)));
            } else if (verdicts[i] == Verdict.RUNS && !held.isEmpty() && held.contains(groups.apply(items.get(i)))) {
                verdicts[i] = Verdict.WAITS;
                Won freed = won[i];
                won[i] = null;
                if (freed != null) {
                    free(freed);
                }
            }
        }
    }

    /**
     * Completes the keys of records that ran and succeeded. Call it once, before the source is told.
     *
     * @param done records that succeeded
     * @return succeeds when that is stored, or cannot be stored any more
     */
    Future<Void> end(Set<T> done, Rest rest) {
        if (!hasClaims()) {
            return Future.succeededFuture();
        }
        List<Won> freed = new ArrayList<>();
        List<Won> completed = new ArrayList<>();
        for (int i = 0; i < won.length; i++) {
            Won mine = won[i];
            if (mine != null) {
                (done.contains(items.get(i)) ? completed : freed).add(mine);
            }
        }
        List<Future<Void>> stored = new ArrayList<>();
        completed.forEach(mine -> stored.add(complete(mine)));
        if (rest == Rest.FREED) {
            freed.forEach(mine -> stored.add(free(mine)));
        } else if (rest == Rest.FREED_LATER && !freed.isEmpty()) {
            vertx.setTimer(grace.toMillis(), over -> freed.forEach(this::free));
        }
        return stored.isEmpty() ? Future.succeededFuture() : Future.all(stored).mapEmpty();
    }

    private Future<Void> complete(Won mine) {
        return end(mine, Ending.completed(mine.claim(), new StoredResult(NOTHING, ""), timeToLive));
    }

    private Future<Void> free(Won mine) {
        return end(mine, Ending.freed(mine.claim()));
    }

    private Future<Void> end(Won mine, Ending ending) {
        Promise<Void> ended = Promise.promise();
        desk.end(ending, mine.request().payload(), stored -> ended.complete());
        return ended.future();
    }
}
