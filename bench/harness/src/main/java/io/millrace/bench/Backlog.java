package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A million events that wait because every permit of their function is taken, and are then drained: whether the rate
 * stays the same for every hundred thousand, both in and out, and whether the heaps do.
 */
final class Backlog {
    static final String NAME = "backlog";

    private static final int STEP = 100_000;
    private static final int STEPS = 10;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicLong completed = new AtomicLong();
    private final Surroundings on;

    private Backlog(Surroundings on) {
        this.on = on;
    }

    static String run(Surroundings on, Path dataDirectory, String function) {
        Backlog backlog = new Backlog(on);
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(dataDirectory)
                .broker(on.brokerUrl())
                .function(
                        function, (FunctionHandler) (event, context) -> backlog.handle(event), definition -> definition
                                .withTimeout(LONGEST)
                                .withReservedConcurrency(OptionalInt.of(Load.EVENTS.slots())))
                .start()) {
            return backlog.measure(millrace, function);
        }
    }

    private byte[] handle(byte[] event) throws InterruptedException {
        gate.await();
        completed.incrementAndGet();
        return event;
    }

    private String measure(Millrace millrace, String function) {
        List<Step> in = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            long startedAt = System.nanoTime();
            Publishing.publish(millrace, function, STEP);
            in.add(step(startedAt));
        }
        gate.countDown();
        List<Step> out = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            long startedAt = System.nanoTime();
            long goal = (long) step * STEP;
            Waiting.until("event " + goal + " of the backlog", () -> completed.get() >= goal);
            out.add(step(startedAt));
        }
        return report("in", in) + report("out", out);
    }

    /** The clock stops before the heaps are looked at, which collects garbage. */
    private Step step(long startedAt) {
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        return new Step(STEP / seconds, on.broker().heapInUse(), BrokerMain.heapInUse());
    }

    /** Each hundred thousand's rate by the first one's. */
    private static String report(String direction, List<Step> steps) {
        double first = steps.get(0).perSecond();
        Spread ratio = Spread.of(steps.stream().skip(1).mapToDouble(step -> step.perSecond() / first));
        StringBuilder report = new StringBuilder(
                String.format(Locale.ROOT, "RATIO %s-%s %s%n", NAME, direction, ratio.format("%.3f %.3f %.3f")));
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            report.append(String.format(
                    Locale.ROOT,
                    "  %,9d %s: %,.0f events/s, heap of the broker %d MB, of the platform %d MB%n",
                    (i + 1) * STEP,
                    direction,
                    step.perSecond(),
                    step.brokerHeap() >> 20,
                    step.platformHeap() >> 20));
        }
        return report.toString();
    }

    private record Step(double perSecond, long brokerHeap, long platformHeap) {}
}
