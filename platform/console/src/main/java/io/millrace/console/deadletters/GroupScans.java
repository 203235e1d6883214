package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.AsyncDeadLetters;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.GroupBy;
import io.millrace.deadletter.Selection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts groups for whoever asks: one at a time for the same question, a few at all, and none for those who went away.
 * What has been counted is kept for a short while. Event loop only.
 */
final class GroupScans {
    private static final int MOST_RUNNING = 4;
    private static final int MOST_KEPT = 16;
    private static final Set<String> KNOWN = Set.of("queue", "by", "selection", "scan", "after", "fresh");

    private final Vertx vertx;
    private final LazyDeadLetters broker;
    private final Queues queues;
    private final Map<Question, GroupScan> scans = new LinkedHashMap<>();
    private long started;

    GroupScans(Vertx vertx, LazyDeadLetters broker, Queues queues) {
        this.vertx = vertx;
        this.broker = broker;
        this.queues = queues;
    }

    private record Question(String queue, String by, Selection selection) {}

    /**
     * What is known so far, at once where something is. Who names the {@code scan} and what was told {@code after} gets
     * the next news of it.
     */
    Future<ObjectNode> groups(byte[] body) {
        Asked asked = Asked.of(body, KNOWN);
        GroupBy by = asked.parsed("by", GroupBy::parse).orElse(GroupBy.CAUSE);
        Question question = new Question(asked.text("queue"), by.name(), AskedSelection.of(asked));
        String scanId = asked.optionalText("scan").orElse("");
        long after = asked.number("after", 0, 0, Long.MAX_VALUE);
        GroupScan known = scans.get(question);
        boolean mayBeKnown = known != null
                && (known.id().equals(scanId) || known.isRunning() || (known.isFresh() && !asked.flag("fresh")));
        if (known != null && mayBeKnown) {
            return known.after(known.id().equals(scanId) ? after : 0, vertx);
        }
        return queues.named(question.queue())
                .compose(queue -> broker.open().map(letters -> started(letters, queue, question, by)))
                .compose(scan -> scan.after(0, vertx));
    }

    /** One that goes on, or whose numbers are still good. */
    Optional<GroupScan> known(String queue, GroupBy by, Selection selection) {
        return Optional.ofNullable(scans.get(new Question(queue, by.name(), selection)))
                .filter(GroupScan::isFresh);
    }

    /** What goes on, or else a new one. */
    Future<GroupScan> counting(DeadLetterQueue queue, GroupBy by, Selection selection) {
        return broker.open()
                .map(letters -> started(letters, queue, new Question(queue.name(), by.name(), selection), by));
    }

    private GroupScan started(AsyncDeadLetters letters, DeadLetterQueue queue, Question question, GroupBy by) {
        GroupScan meanwhile = scans.get(question);
        if (meanwhile != null && meanwhile.isRunning()) {
            return meanwhile; // Somebody else asked while the broker was asked for the queue.
        }
        if (scans.values().stream().filter(GroupScan::isRunning).count() >= MOST_RUNNING) {
            throw Words.busy(
                    MOST_RUNNING + " countings of dead letters are under way, expected fewer; try again later");
        }
        forgetOldest();
        GroupScan scan = new GroupScan("g" + ++started, queue, System::nanoTime);
        scans.remove(question); // Else it would keep the place of the older one.
        scans.put(question, scan);
        letters.groups(queue, question.selection(), by, scan::progress)
                .onSuccess(scan::ended)
                .onFailure(failure -> {
                    scan.failed(failure);
                    scans.remove(question, scan);
                });
        return scan;
    }

    /** What has been counted is so no more. */
    void forget() {
        scans.values().removeIf(scan -> !scan.isRunning());
    }

    private void forgetOldest() {
        Iterator<GroupScan> oldest = scans.values().iterator();
        while (scans.size() >= MOST_KEPT && oldest.hasNext()) {
            if (!oldest.next().isRunning()) {
                oldest.remove();
            }
        }
    }
}
