package io.millrace.core.concurrency;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A worker of {@link GovernorSimulation}: it beats, starts attempts within its shares, and may be killed or frozen. */
final class SimulatedWorker {
    static final long HEARTBEAT = TimeUnit.SECONDS.toNanos(2);
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(250);

    private final GovernorSimulation simulation;
    private final SimulatedTime time;
    private final Random random;
    private final LeaseRules rules;
    private final String name;
    private final List<Runnable> whenThawed = new ArrayList<>();
    private Life life;
    private int generation;
    private boolean frozen;
    private long cutOffUntil;

    SimulatedWorker(GovernorSimulation simulation, LeaseRules rules, String name) {
        this.simulation = simulation;
        this.time = simulation.time;
        this.random = simulation.random;
        this.rules = rules;
        this.name = name;
        this.life = new Life();
        life.start();
    }

    /** From its start until it is killed. */
    final class Life {
        private final SimulatedTime.Clock clock = simulation.clock();
        private final LeasedShare share = new LeasedShare(rules, name, "generation " + generation++);
        private final Map<Pool, List<Object>> running = new HashMap<>();

        void start() {
            beat();
            tick();
            work();
        }

        private void beat() {
            fenceIfDue();
            Map<Pool, Integer> counts = new HashMap<>();
            running.forEach((pool, attempts) -> counts.put(pool, attempts.size()));
            simulation.toGovernor(this, share.request(clock.now(), counts, simulation.wanted()));
            later(HEARTBEAT, this::beat);
        }

        private void tick() {
            fenceIfDue();
            later(TICK, this::tick);
        }

        private void fenceIfDue() {
            if (share.onTick(clock.now())) {
                running.clear();
            }
        }

        private void work() {
            Pool pool = simulation.anyPool();
            if (share.isUsable(clock.now()) && running(pool) < share.share(pool)) {
                Object attempt = new Object();
                running.computeIfAbsent(pool, none -> new ArrayList<>()).add(attempt);
                later(duration(), () -> end(pool, attempt));
                simulation.started(pool);
            }
            later(TimeUnit.MILLISECONDS.toNanos(10 + random.nextInt(150)), this::work);
        }

        private long duration() {
            int dice = random.nextInt(100);
            int longest = dice < 70 ? 1_000 : dice < 96 ? 6_000 : 25_000;
            return TimeUnit.MILLISECONDS.toNanos(10 + random.nextInt(longest));
        }

        private void end(Pool pool, Object attempt) {
            running.getOrDefault(pool, new ArrayList<>()).remove(attempt);
        }

        int running(Pool pool) {
            return running.getOrDefault(pool, List.of()).size();
        }

        /** On this life's clock; a frozen one does it when it thaws, a killed one never. */
        void later(long nanos, Runnable action) {
            time.in((long) (nanos / clock.rate()), () -> now(action));
        }

        private void now(Runnable action) {
            if (life != this) {
                return;
            }
            if (frozen) {
                whenThawed.add(() -> now(action));
            } else {
                action.run();
            }
        }

        void receive(ShareGrant grant) {
            now(() -> share.accept(clock.now(), grant));
        }

        SimulatedWorker worker() {
            return SimulatedWorker.this;
        }
    }

    /** All that runs on a processor: what is frozen overlaps with nobody. */
    int running(Pool pool) {
        return frozen ? 0 : life.running(pool);
    }

    int share(Pool pool) {
        return life.share.isUsable(life.clock.now()) ? life.share.share(pool) : 0;
    }

    void killAndRestart() {
        frozen = false;
        whenThawed.clear();
        Life started = new Life();
        life = started;
        started.later(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(10_000)), started::start);
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        if (!frozen) {
            return;
        }
        frozen = false;
        life.fenceIfDue();
        List<Runnable> due = List.copyOf(whenThawed);
        whenThawed.clear();
        due.forEach(Runnable::run);
    }

    void cutOff(long until) {
        cutOffUntil = until;
    }

    /** How long its messages do not pass. */
    long cutOffFor() {
        return Math.max(0, cutOffUntil - time.now());
    }
}
