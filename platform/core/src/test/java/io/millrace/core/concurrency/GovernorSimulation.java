package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One seeded life of governors and four workers whose clocks drift, whose messages are lost, late and out of order, and
 * that are cut off, killed and frozen while limits change and governors take over (reliability-study C.5). Whenever an
 * attempt starts, no more may run than the pool's limit was at some time in the window before.
 */
final class GovernorSimulation {
    static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10), Duration.ofMillis(1_500), 0.01);
    private static final Duration TROUBLE = Duration.ofSeconds(200);
    private static final Duration END = Duration.ofSeconds(260);
    /** A lease and a heartbeat: until then a change has reached all workers, or their leases are over. */
    private static final long WINDOW = TERMS.lease().toNanos() + SimulatedWorker.HEARTBEAT;

    private static final List<Pool> POOLS =
            List.of(new Pool.Unreserved(), new Pool.Reserved(new FunctionName("orders")));

    final SimulatedTime time = new SimulatedTime();
    final Random random;
    private final LeaseRules rules;
    private final int latePerCent;
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Map<Pool, Deque<Limit>> limits = new HashMap<>();
    private final List<Runnable> whenGoverned = new ArrayList<>();
    private @Nullable Governed governed;
    private @Nullable String wrong;
    int started;

    private record Limit(long from, int permits) {}

    private record Governed(Governor governor, SimulatedTime.Clock clock) {}

    GovernorSimulation(long seed, LeaseRules rules) {
        this.random = new Random(seed);
        this.rules = rules;
        this.latePerCent = List.of(5, 15, 45).get(random.nextInt(3));
        POOLS.forEach(pool -> limits.put(pool, new ArrayDeque<>()));
        POOLS.forEach(this::resize);
        takeOver();
        for (int i = 0; i < 4; i++) {
            SimulatedWorker worker = new SimulatedWorker(this, rules, "worker " + i);
            workers.add(worker);
            every(40, worker::killAndRestart);
            every(30, () -> {
                worker.freeze();
                time.in(seconds(1 + random.nextInt(20)), worker::thaw);
            });
            every(30, () -> worker.cutOff(time.now() + seconds(1 + random.nextInt(25))));
        }
        // Some governors hardly outlive their grace.
        every(random.nextBoolean() ? 60 : 8, this::loseGovernor);
        POOLS.forEach(pool -> every(12, () -> resize(pool)));
    }

    /** What was wrong first, if anything. */
    Optional<String> run() {
        time.runUntil(END);
        for (Pool pool : POOLS) {
            int shared = workers.stream().mapToInt(worker -> worker.share(pool)).sum();
            if (shared != limit(pool)) {
                complain("shares of " + pool + " in peace are " + shared + ", expected " + limit(pool));
            }
        }
        return Optional.ofNullable(wrong);
    }

    private void complain(String what) {
        if (wrong == null) {
            wrong = "at " + TimeUnit.NANOSECONDS.toMillis(time.now()) + " ms: " + what;
        }
    }

    private static long seconds(int seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private boolean isPeace() {
        return time.now() > TROUBLE.toNanos();
    }

    /** At random, until peace. */
    private void every(int averageSeconds, Runnable trouble) {
        time.in((long) (random.nextDouble() * 2 * seconds(averageSeconds)), () -> {
            if (!isPeace()) {
                trouble.run();
                every(averageSeconds, trouble);
            }
        });
    }

    SimulatedTime.Clock clock() {
        return new SimulatedTime.Clock(time, random.nextInt(), 1 + (random.nextDouble() * 2 - 1) * TERMS.drift());
    }

    Pool anyPool() {
        return POOLS.get(random.nextInt(POOLS.size()));
    }

    Map<Pool, Integer> wanted() {
        Map<Pool, Integer> wanted = new HashMap<>();
        POOLS.forEach(pool -> wanted.put(pool, isPeace() || random.nextInt(4) > 0 ? 20 : random.nextInt(10)));
        return wanted;
    }

    private void resize(Pool pool) {
        int permits = random.nextInt(13);
        limits.getOrDefault(pool, new ArrayDeque<>()).addLast(new Limit(time.now(), permits));
        if (governed != null) {
            governed.governor().resize(pool, permits);
        }
    }

    private int limit(Pool pool) {
        return limits.getOrDefault(pool, new ArrayDeque<>()).getLast().permits();
    }

    private void loseGovernor() {
        if (governed != null) {
            governed = null;
            time.in((long) (random.nextDouble() * seconds(3)), this::takeOver);
        }
    }

    private void takeOver() {
        SimulatedTime.Clock clock = clock();
        Governor governor = new Governor(rules, clock.now());
        governed = new Governed(governor, clock);
        POOLS.forEach(pool -> governor.resize(pool, limit(pool)));
        List<Runnable> waiting = List.copyOf(whenGoverned);
        whenGoverned.clear();
        waiting.forEach(Runnable::run);
    }

    void toGovernor(SimulatedWorker.Life from, ShareRequest request) {
        transmit(from.worker(), () -> answer(from, request));
    }

    private void answer(SimulatedWorker.Life from, ShareRequest request) {
        if (governed == null) {
            // The broker keeps it for the next one.
            whenGoverned.add(() -> answer(from, request));
            return;
        }
        governed.governor()
                .onRequest(governed.clock().now(), request)
                .ifPresent(grant -> transmit(from.worker(), () -> from.receive(grant)));
    }

    private void transmit(SimulatedWorker worker, Runnable arrival) {
        int dice = random.nextInt(100);
        if (!isPeace() && dice < 2) {
            return;
        }
        long delay = TimeUnit.MICROSECONDS.toNanos(500 + random.nextInt(30_000));
        if (!isPeace() && dice < 2 + latePerCent) {
            delay = TimeUnit.MILLISECONDS.toNanos(random.nextInt(7_000));
        }
        time.in(delay, () -> {
            long cutOff = worker.cutOffFor();
            if (cutOff == 0) {
                arrival.run();
            } else if (random.nextBoolean()) {
                time.in(cutOff, arrival); // What was sent again until it passed.
            }
        });
    }

    void started(Pool pool) {
        started++;
        int running = 0;
        for (SimulatedWorker worker : workers) {
            running += worker.running(pool);
        }
        int allowed = highestLimit(pool);
        if (running > allowed) {
            complain(running + " run of " + pool + ", expected at most " + allowed);
        }
    }

    private int highestLimit(Pool pool) {
        Deque<Limit> history = limits.getOrDefault(pool, new ArrayDeque<>());
        long windowStart = time.now() - WINDOW;
        int highest = 0;
        // Backwards, up to the one that was valid when the window began.
        var newestFirst = history.descendingIterator();
        while (newestFirst.hasNext()) {
            Limit limit = newestFirst.next();
            highest = Math.max(highest, limit.permits());
            if (limit.from() <= windowStart) {
                break;
            }
        }
        return highest;
    }
}
