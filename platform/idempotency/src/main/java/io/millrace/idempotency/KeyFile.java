package io.millrace.idempotency;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one process, in a file that only it uses. Claims are in memory only: whoever opens the file may take those
 * of a process that is dead. What was completed is on disk, and is looked for there only if {@link CompletedRecords}
 * cannot rule it out. Leases, which end with the process at the latest, are measured by what time goes by and not by the
 * clock, which may be set; times to live go by the clock. Thread-safe; the lock of claims is held for looks at maps, never
 * for I/O.
 */
public final class KeyFile implements ClaimStore {
    private static final int KEYS_IN_MEMORY = 32_768;
    private static final long TIDY_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path file;
    private final Clock clock;
    private final LongSupplier nanos;
    private final int keysInMemory;
    private final Map<Digest, Held> claims = new HashMap<>();
    /** Of whoever uses the file; never taken while holding that of claims. */
    private final Object disk = new Object();
    /** None before the first use, and after a failure: then it is opened again. */
    private volatile @Nullable CompletedRecords records;

    private volatile boolean closed;
    private long nextTidyNanos;

    private KeyFile(Path file, Clock clock, LongSupplier nanos, int keysInMemory) {
        this.file = file;
        this.clock = clock;
        this.nanos = nanos;
        this.nextTidyNanos = nanos.getAsLong();
        this.keysInMemory = keysInMemory;
    }

    /** A claim in progress. */
    private static final class Held {
        final Claim.Won claim;
        final Optional<Digest> payload;
        final long untilNanos;
        /** Whether its result is being written: nobody takes it over any more. */
        boolean isEnding;

        Held(Claim.Won claim, Optional<Digest> payload, long untilNanos) {
            this.claim = claim;
            this.payload = payload;
            this.untilNanos = untilNanos;
        }

        boolean isOver(long nowNanos) {
            return !isEnding && nowNanos - untilNanos >= 0;
        }

        Claim answer(ClaimRequest request) {
            boolean differs =
                    payload.isPresent() && request.payload().isPresent() && !payload.equals(request.payload());
            return differs ? new Claim.OtherPayload() : new Claim.InProgress(claim.until());
        }
    }

    /** @throws IdempotencyStoreException if it is none of ours, or another process has it */
    public static KeyFile open(Path file, Clock clock) {
        return open(file, clock, System::nanoTime, KEYS_IN_MEMORY);
    }

    /** @param nanos as {@link System#nanoTime} */
    static KeyFile open(Path file, Clock clock, LongSupplier nanos, int keysInMemory) {
        KeyFile opened = new KeyFile(file, clock, nanos, keysInMemory);
        synchronized (opened.disk) {
            opened.records();
        }
        return opened;
    }

    @Override
    public Optional<Claim> claimNow(ClaimRequest request) {
        CompletedRecords known = records;
        if (known == null) {
            return Optional.empty();
        }
        synchronized (claims) {
            CompletedRecords.Tables tables = known.tables();
            Optional<Claim> inMemory = inMemory(request, tables);
            return inMemory.isEmpty() && tables.mayBeOnDisk(request.key())
                    ? Optional.empty()
                    : inMemory.or(() -> Optional.of(won(request)));
        }
    }

    @Override
    public List<Claim> claim(List<ClaimRequest> requests) {
        synchronized (disk) {
            return requests.stream().map(this::claimFromDisk).toList();
        }
    }

    // Nobody else writes meanwhile, so what is not on disk does not come there.
    private Claim claimFromDisk(ClaimRequest request) {
        CompletedRecords known = records();
        CompletedRecords.Tables tables = known.tables();
        Optional<CompletedRecord> onDisk = safely(() -> tables.onDisk(request.key()));
        synchronized (claims) {
            Optional<Claim> inMemory = inMemory(request, tables);
            if (inMemory.isPresent()) {
                return inMemory.get();
            }
            return onDisk.filter(this::isKept)
                    .map(completed -> completed.answer(request))
                    .orElseGet(() -> won(request));
        }
    }

    /** Claims are looked at first: one that ends is in the tables before it is no claim any more. */
    private Optional<Claim> inMemory(ClaimRequest request, CompletedRecords.Tables tables) {
        Held held = claims.get(request.key());
        if (held != null && !held.isOver(nanos.getAsLong())) {
            return Optional.of(held.answer(request));
        }
        return tables.inMemory(request.key()).filter(this::isKept).map(completed -> completed.answer(request));
    }

    private boolean isKept(CompletedRecord completed) {
        return clock.millis() < completed.until();
    }

    private Claim won(ClaimRequest request) {
        Instant until = Instant.ofEpochMilli(clock.millis()).plus(request.lease());
        Claim.Won won = new Claim.Won(request.key(), UUID.randomUUID(), until);
        claims.put(
                request.key(),
                new Held(
                        won,
                        request.payload(),
                        nanos.getAsLong() + request.lease().toNanos()));
        return won;
    }

    @Override
    public List<Boolean> end(List<Ending> endings) {
        synchronized (disk) {
            List<Boolean> ended = new ArrayList<>(endings.size());
            Map<Held, CompletedRecord> completed = new LinkedHashMap<>();
            CompletedRecords known = records();
            synchronized (claims) {
                for (Ending ending : endings) {
                    ended.add(end(ending, completed));
                }
            }
            if (!completed.isEmpty()) {
                write(known, completed);
            }
            return ended;
        }
    }

    private boolean end(Ending ending, Map<Held, CompletedRecord> completed) {
        Held held = claims.get(ending.claim().key());
        if (held == null
                || held.isEnding
                || !held.claim.token().equals(ending.claim().token())) {
            return false;
        }
        if (ending.result().isPresent()) {
            held.isEnding = true;
            completed.put(
                    held,
                    CompletedRecord.of(ending, held.payload, ending.result().get(), clock.millis()));
        } else {
            claims.remove(ending.claim().key());
        }
        return true;
    }

    private void write(CompletedRecords known, Map<Held, CompletedRecord> completed) {
        boolean written = false;
        try {
            safely(() -> {
                known.write(completed.values());
                return true;
            });
            written = true;
        } finally {
            synchronized (claims) {
                for (Held held : completed.keySet()) {
                    held.isEnding = false; // What could not be written may be tried again.
                    if (written) {
                        claims.remove(held.claim.key(), held);
                    }
                }
            }
        }
    }

    @Override
    public void tidy() {
        synchronized (disk) {
            CompletedRecords known = records();
            safely(() -> {
                known.work();
                return true;
            });
            if (nanos.getAsLong() - nextTidyNanos >= 0) {
                nextTidyNanos = nanos.getAsLong() + TIDY_EVERY_NANOS;
                forgetClaims();
                safely(known::dropOver);
            }
        }
    }

    // Their owners are long dead; who overran its lease by less may still complete.
    private void forgetClaims() {
        long before = nanos.getAsLong() - IdempotencyStore.KEPT_BEYOND.toNanos();
        synchronized (claims) {
            claims.values().removeIf(held -> held.isOver(before));
        }
    }

    /** How many keys are on disk, those that are over and not dropped yet included. */
    long keys() {
        synchronized (disk) {
            return records().keys();
        }
    }

    private CompletedRecords records() {
        CompletedRecords known = records;
        if (known != null) {
            return known;
        }
        if (closed) {
            throw unavailable(new IllegalStateException("it is closed"));
        }
        try {
            CompletedRecords opened = CompletedRecords.open(file, clock, keysInMemory);
            records = opened;
            return opened;
        } catch (MVStoreException | IllegalStateException | IllegalArgumentException failed) {
            throw unavailable(failed);
        }
    }

    @FunctionalInterface
    private interface Use<T> {
        T run();
    }

    /** After a failure nothing is known of the file; it is read anew by the next use. */
    private <T> T safely(Use<T> use) {
        try {
            return use.run();
        } catch (RuntimeException failed) { // Whatever it is, what is in memory may not be what is on disk.
            CompletedRecords broken = records;
            records = null;
            if (broken != null) {
                broken.abandon();
            }
            throw unavailable(failed);
        }
    }

    private IdempotencyStoreException unavailable(RuntimeException failed) {
        return new IdempotencyStoreException(
                "idempotency store '" + file + "' cannot be used: " + failed.getMessage(), failed);
    }

    @Override
    public void close() {
        synchronized (disk) {
            closed = true;
            CompletedRecords open = records;
            records = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
