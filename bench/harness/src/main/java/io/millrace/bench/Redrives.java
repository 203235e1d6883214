package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Redrive jobs in turn with the loop that somebody would write who has neither a record, a count nor a cut-off. Both
 * move the same messages, which are brought back in between, outside of the time taken.
 */
final class Redrives {
    static final String MOVED = "redrive-vs-bare";
    static final String BLIND = "redrive-vs-blind-moves";
    static final String EDITED = "edit-redrive-vs-bare";

    private static final int MANY = 100_000;
    // Each is received, written on and sent again.
    private static final int SOME = 20_000;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private Redrives() {}

    /** A job that moves 100,000 dead letters, against a bare loop of the same moves. */
    static String move(Surroundings on, Pairing pairing) {
        try (DeadQueue queue = DeadQueue.filled(on, MANY)) {
            return compare(MOVED, on, queue, JobRequest.all("bench"), queue::moveThere, pairing)
                    .report("job", "bare moves", "messages/s");
        }
    }

    /** Against a bare loop that moves whatever it finds, also what died since it began. */
    static String moveBlindly(Surroundings on, Pairing pairing) {
        try (DeadQueue queue = DeadQueue.filled(on, MANY)) {
            return compare(BLIND, on, queue, JobRequest.all("bench"), queue::moveBare, pairing)
                    .report("job", "bare moves without a selector", "messages/s");
        }
    }

    /** A job that writes a version on 20,000, against a bare loop of AMQP transactions of as many messages each. */
    static String edit(Surroundings on, Pairing pairing) {
        try (DeadQueue queue = DeadQueue.filled(on, SOME);
                RawTransactions bare = RawTransactions.connect(on.broker().amqpPort(), queue.name(), queue.origin())) {
            JobRequest toVersion = JobRequest.all("bench").to(queue.function() + ":1");
            return compare(EDITED, on, queue, toVersion, () -> bare.move(SOME), pairing)
                    .report("job that writes", "bare transactions", "messages/s");
        }
    }

    private static Comparison compare(
            String name, Surroundings on, DeadQueue queue, JobRequest request, Runnable bare, Pairing pairing) {
        try (DeadLetters letters = DeadLetters.connect(BrokerAddress.parse(on.brokerUrl()), CONNECT)) {
            Runnable job = () -> run(letters, queue, request);
            window(queue, job); // The first of each is thrown away.
            window(queue, bare);
            List<Window> firsts = new ArrayList<>();
            List<Window> seconds = new ArrayList<>();
            for (int pair = 0; pair < pairing.pairs(); pair++) {
                boolean inOrder = pair % 2 == 0;
                Window ahead = window(queue, inOrder ? job : bare);
                Window behind = window(queue, inOrder ? bare : job);
                firsts.add(inOrder ? ahead : behind);
                seconds.add(inOrder ? behind : ahead);
            }
            return new Comparison(name, firsts, seconds, Window::perSecond);
        }
    }

    static void run(DeadLetters letters, DeadQueue queue, JobRequest request) {
        JobRecord ended = letters.jobs().start(letters.queue(queue.name()), request, step -> {});
        if (ended.moved() != queue.count()) {
            throw new IllegalStateException(ended + " ended, expected to have moved " + queue.count());
        }
    }

    private static Window window(DeadQueue queue, Runnable run) {
        Duration processorBefore = Processor.used();
        long startedAt = System.nanoTime();
        run.run();
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        Duration processor = Processor.used().minus(processorBefore);
        queue.requireMoved();
        queue.back();
        return new Window(queue.count() / seconds, 0, 0, processor.toNanos() / 1e3 / queue.count());
    }
}
