package io.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.inprocess.InProcessEnvironments;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/** Environments in this JVM alone: no broker, no front door. */
final class InProcess {
    static final String COLD = "cold-in-process";
    static final String WARM = "warm-dispatch-cpu";

    private static final int THREADS = 1_000;
    private static final int SETTLING_STARTS = 5_000;
    private static final int STARTS = 20_000;
    private static final int RUNS = 1_000_000;
    private static final int SETTLING_WINDOWS = 3;
    private static final int MANY = 64;

    private static final FunctionName NAME = new FunctionName("in-process");
    private static final FunctionDefinition DEFINITION =
            FunctionDefinition.of(NAME, NewHandler.class.getName()).withTimeout(Duration.ofMinutes(1));
    private static final Invocation EVENT = new Invocation(
            UUID.randomUUID().toString(),
            FunctionArn.of("us-east-1", "000000000000", NAME),
            InvocationType.EVENT,
            Load.body(),
            Optional.empty(),
            Map.of());

    private InProcess() {}

    /** From {@code run} until the outcome is here: of environments that are all new, and of one that is warm. */
    static String coldStarts() {
        // Everything is too old to be used a second time.
        Histogram cold = latencies(new Rules(Rules.DEFAULT.idleLifetime(), Duration.ZERO));
        Histogram warm = latencies(Rules.DEFAULT);
        return Measured.line(COLD, millis(cold, 50), "ms")
                + Measured.line(COLD + "-p99", millis(cold, 99), "ms")
                + Measured.line(COLD + "-warm-for-comparison", millis(warm, 50), "ms");
    }

    private static Histogram latencies(Rules rules) {
        Histogram latencies = new Histogram(3);
        try (InProcessEnvironments environments = new InProcessEnvironments(THREADS, rules);
                FunctionEnvironments function = deploy(environments)) {
            for (int i = 0; i < SETTLING_STARTS + STARTS; i++) {
                CompletableFuture<Long> ended = new CompletableFuture<>();
                long startedAt = System.nanoTime();
                function.run(EVENT, Capacity.ON_DEMAND, outcome -> {
                    long endedAt = System.nanoTime();
                    requireSuccess(outcome, ended);
                    ended.complete(endedAt);
                });
                long taken = Waiting.on("an attempt", ended) - startedAt;
                if (i >= SETTLING_STARTS) {
                    latencies.recordValue(taken);
                }
            }
        }
        return latencies;
    }

    private static double millis(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    /** Processor time of this whole JVM, its collector and compiler included, by the attempts that it ran meanwhile. */
    static String warmDispatch(Pairing pairing) {
        try (InProcessEnvironments environments = new InProcessEnvironments(THREADS, Rules.DEFAULT);
                FunctionEnvironments function = deploy(environments)) {
            Spread one = processorMicros(function, 1, pairing.pairs());
            Spread many = processorMicros(function, MANY, pairing.pairs());
            return Measured.line(WARM, one, "µs") + Measured.line(WARM + "-" + MANY + "-at-once", many, "µs");
        }
    }

    private static Spread processorMicros(FunctionEnvironments function, int atOnce, int windows) {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        double[] figures = new double[windows];
        for (int window = -SETTLING_WINDOWS; window < windows; window++) {
            long before = machine.getProcessCpuTime();
            new Chain(function, atOnce).run();
            if (window >= 0) {
                figures[window] = (machine.getProcessCpuTime() - before) / 1e3 / RUNS;
            }
        }
        return Spread.of(DoubleStream.of(figures));
    }

    private static FunctionEnvironments deploy(InProcessEnvironments environments) {
        return environments.deploy(DEFINITION, new HandlerSource.HostClass(InProcess.class.getClassLoader()), () -> {});
    }

    private static void requireSuccess(Outcome outcome, CompletableFuture<?> ended) {
        if (!(outcome instanceof Outcome.Succeeded)) {
            ended.completeExceptionally(new IllegalStateException("an attempt ended as " + outcome));
        }
    }

    /** The end of each attempt starts the next one, so that no thread of the harness has to be woken. */
    private static final class Chain {
        private final FunctionEnvironments function;
        private final int atOnce;
        private final AtomicLong left = new AtomicLong(RUNS);
        private final AtomicInteger links;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

        Chain(FunctionEnvironments function, int atOnce) {
            this.function = function;
            this.atOnce = atOnce;
            this.links = new AtomicInteger(atOnce);
        }

        void run() {
            for (int i = 0; i < atOnce; i++) {
                next();
            }
            boolean unused = Waiting.on("a chain of attempts", ended);
        }

        private void next() {
            if (left.getAndDecrement() > 0) {
                function.run(EVENT, Capacity.ON_DEMAND, this::ended);
            } else if (links.decrementAndGet() == 0) {
                ended.complete(true);
            }
        }

        private void ended(Outcome outcome) {
            requireSuccess(outcome, ended);
            next();
        }
    }
}
