package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.GroupBy;
import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.Pace;
import io.millrace.deadletter.Selection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the senders to other queues notice while dead letters are redriven or grouped: latency and rate, by those alone. */
final class SideEffects {
    static final String NAME = "redrive-side-effect";

    private static final int MANY = 100_000;
    private static final double SLOW = 2_000;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final PacedSends others;
    private final int pairs;

    private SideEffects(PacedSends others, int pairs) {
        this.others = others;
        this.pairs = pairs;
    }

    static String run(Surroundings on, Pairing pairing) {
        try (PacedSends others = PacedSends.connect(on);
                DeadQueue queue = DeadQueue.filled(on, MANY);
                DeadLetters letters = DeadLetters.connect(BrokerAddress.parse(on.brokerUrl()), CONNECT)) {
            SideEffects effects = new SideEffects(others, pairing.pairs());
            JobRequest all = JobRequest.all("bench");
            // As many as are moved in the time that an unthrottled job takes, more or less.
            JobRequest slow = all.at(new Pace(SLOW, 0, 0, -1)).atMost((long) (SLOW * 5));
            return effects.report(NAME, () -> Redrives.run(letters, queue, all), queue::back)
                    + effects.report(
                            NAME + "-at-2000",
                            () -> letters.jobs().start(letters.queue(queue.name()), slow, step -> {}),
                            queue::back)
                    + effects.report(
                            "groups-side-effect",
                            () -> letters.groups(
                                    letters.queue(queue.name()), Selection.ALL, GroupBy.CAUSE, progress -> {}),
                            () -> {});
        }
    }

    private String report(String name, Runnable work, Runnable undo) {
        window(work);
        undo.run();
        List<Window> during = new ArrayList<>();
        List<Window> alone = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            long[] took = new long[1];
            boolean inOrder = pair % 2 == 0;
            if (!inOrder && !during.isEmpty()) {
                alone.add(window(() -> Pause.of(Duration.ofSeconds(3))));
            }
            during.add(window(() -> {
                long startedAt = System.nanoTime();
                work.run();
                took[0] = System.nanoTime() - startedAt;
            }));
            undo.run();
            if (alone.size() < during.size()) {
                alone.add(window(() -> Pause.of(Duration.ofNanos(took[0]))));
            }
        }
        return new Comparison(name + "-latency", during, alone, Window::medianMicros)
                        .report("others meanwhile", "others alone", "µs")
                + new Comparison(name + "-rate", during, alone, Window::perSecond)
                        .report("others meanwhile", "others alone", "messages/s");
    }

    private Window window(Runnable work) {
        others.resume();
        Pause.of(Duration.ofMillis(500));
        others.forgetLatencies();
        long before = others.completed();
        long startedAt = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        long sent = others.completed() - before;
        double[] percentiles = others.percentiles();
        others.pause();
        return new Window(sent / seconds, percentiles[0], percentiles[1], 0);
    }
}
