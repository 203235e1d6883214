package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** As many handlers asleep at once as the platform has permits: that they are, and what they take. */
final class Sleepers {
    static final String NAME = "sleepers";

    private static final int PERMITS = 1_000;
    private static final int[] STEPS = {100, 250, 500, PERMITS};
    /** Published beyond the permits; they must wait. */
    private static final int SURPLUS = 100;

    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration SURPLUS_WATCH = Duration.ofSeconds(1);

    private final CountDownLatch wake = new CountDownLatch(1);
    private final AtomicInteger asleep = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger completed = new AtomicInteger();

    private Sleepers() {}

    static String run(Surroundings on) {
        Sleepers sleepers = new Sleepers();
        String function = on.nextFunction();
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(on.directory().resolve(function))
                .broker(on.brokerUrl())
                .set("concurrency.account", Integer.toString(PERMITS))
                .function(
                        function,
                        (FunctionHandler) (event, context) -> sleepers.sleep(event),
                        definition -> definition.withTimeout(LONGEST))
                .start()) {
            return sleepers.measure(millrace, function);
        }
    }

    private byte[] sleep(byte[] event) throws InterruptedException {
        most.accumulateAndGet(asleep.incrementAndGet(), Math::max);
        wake.await();
        asleep.decrementAndGet();
        completed.incrementAndGet();
        return event;
    }

    private String measure(Millrace millrace, String function) {
        StringBuilder report = new StringBuilder(memory(0));
        int published = 0;
        for (int step : STEPS) {
            Publishing.publish(millrace, function, step - published);
            published = step;
            Waiting.until(step + " handlers to sleep", () -> asleep.get() == step);
            report.append(memory(step));
        }
        Publishing.publish(millrace, function, SURPLUS);
        Pause.of(SURPLUS_WATCH);
        report.insert(0, Measured.line(NAME + "-at-once", most.get(), "handlers"));
        if (most.get() != PERMITS) {
            throw new IllegalStateException(most.get() + " handlers slept at once, expected " + PERMITS);
        }
        wake.countDown();
        int all = PERMITS + SURPLUS;
        Waiting.until("all " + all + " sleepers to end", () -> completed.get() == all);
        return report.toString();
    }

    private static String memory(int sleeping) {
        double heap = BrokerMain.heapInUse() / 1024.0 / 1024.0;
        return Measured.line(NAME + "-heap-" + sleeping, heap, "MB")
                + Measured.line(NAME + "-rss-" + sleeping, residentMegabytes(), "MB");
    }

    private static double residentMegabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("/proc/self/status has no line VmRSS"));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/status cannot be read", e);
        }
    }
}
