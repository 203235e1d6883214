package io.millrace.cli;

import io.millrace.Millrace;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.RedriveRequest;
import io.millrace.deadletter.RedriveResult;
import io.millrace.deadletter.Selection;
import io.millrace.examples.earthquakes.EarthquakeAlerts;
import io.millrace.examples.earthquakes.EarthquakeAlertsFixed;
import io.millrace.examples.earthquakes.demo.Accounting;
import io.millrace.examples.earthquakes.demo.CauseTable;
import io.millrace.examples.earthquakes.demo.EarthquakeEvents;
import io.millrace.examples.earthquakes.demo.ProgressLine;
import io.millrace.examples.earthquakes.demo.Screen;
import io.millrace.runtime.accounting.FunctionAccount;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The story in six steps, on the same public parts that a user has: a function, a messaging client, the counts, the
 * dead-letter tool.
 */
final class EarthquakeDemo {
    private static final String FUNCTION = "earthquake-alerts";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Millrace millrace;
    private final Screen screen;
    private final PrintWriter out;

    EarthquakeDemo(Millrace millrace, Screen screen, PrintWriter out) {
        this.millrace = millrace;
        this.screen = screen;
        this.out = out;
    }

    /** @return whether every event was accepted and succeeded in the end, and the books balance */
    boolean run() {
        List<String> events = EarthquakeEvents.read();

        say("1. EarthquakeAlerts, an ordinary Lambda handler, is deployed as " + FUNCTION + ".");
        millrace.deploy(FUNCTION, new EarthquakeAlerts());

        long began = System.nanoTime();
        say("2. A messaging client publishes " + events.size() + " events of the USGS feed to invoke." + FUNCTION
                + ".");
        long accepted = publish(events);

        say("3. They run. What fails is tried again by the broker after 0.5 s, three times in all.");
        Accounting first = followToTheEnd(accepted, began);

        say("4. What failed three times is a dead letter now, with its cause:");
        try (DeadLetters deadLetters = DeadLetters.connect(BrokerAddress.parse(millrace.brokerUrl()), PATIENCE)) {
            DeadLetterQueue queue = deadLetters.queue(FUNCTION);
            show(deadLetters.groups(queue, Selection.ALL));

            say("5. EarthquakeAlertsFixed, which knows of explosions and of magnitudes below zero, is deployed.");
            millrace.deploy(FUNCTION, new EarthquakeAlertsFixed());
            RedriveResult redriven = deadLetters.redrive(queue, RedriveRequest.ALL);
            say("   " + redriven.moved() + " of " + first.deadLettered() + " dead letters are redriven.");
        }
        Accounting last = Polling.every(LOOK, PATIENCE, this::counts, now -> isOver(now, accepted));

        say("6. Every event is accounted for:");
        say("   " + last.equation());
        return last.balances() && last.accepted() == events.size() && last.succeeded() == events.size();
    }

    private long publish(List<String> events) {
        try (EventStream stream =
                EventStream.open(BrokerAddress.parse(millrace.brokerUrl()), "invoke." + FUNCTION, null)) {
            events.forEach(event -> stream.send("an event", event.getBytes(StandardCharsets.UTF_8)));
            EventStream.Summary summary = stream.finish();
            say("   " + summary.accepted() + " accepted and on disk, " + summary.perSecond() + " per second.");
            return summary.accepted();
        }
    }

    /** Shows the counts until all events succeeded or died, or patience ends; the last counts tell which. */
    private Accounting followToTheEnd(long accepted, long began) {
        ProgressLine progress = new ProgressLine(screen, accepted);
        return Polling.every(LOOK, PATIENCE, this::counts, now -> {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
            progress.next(now, elapsed).ifPresent(this::print);
            return now.settled() >= accepted;
        });
    }

    /** Counts of one moment may see an event twice while it moves; when nothing moves they are exact. */
    private static boolean isOver(Accounting now, long accepted) {
        return now.succeeded() >= accepted && now.waiting() + now.delayed() + now.running() == 0;
    }

    private Accounting counts() {
        FunctionAccount now = millrace.stats().join().get(FUNCTION);
        if (now == null) {
            throw new IllegalStateException("no counts of " + FUNCTION + ", expected some since it is deployed");
        }
        return new Accounting(
                now.accepted(),
                now.waiting(),
                now.delayed(),
                now.running(),
                now.succeeded(),
                now.deadLettered(),
                now.expired());
    }

    private void show(DeadLetterGroups groups) {
        List<CauseTable.Cause> causes = groups.groups().stream()
                .map(group -> new CauseTable.Cause(
                        group.count(),
                        group.errorType().orElse("unknown"),
                        group.errorMessage().orElse("")))
                .toList();
        print(new CauseTable(screen).render(causes));
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
