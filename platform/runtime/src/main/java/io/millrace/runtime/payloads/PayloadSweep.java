package io.millrace.runtime.payloads;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.observe.LogKeys;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes payloads to which no message refers: those of events that were never accepted, whose dead letters were purged or
 * edited, or whose end came together with a crash. For the start of a server with a broker of its own, before a worker
 * takes anything: what a consumer has nobody can read, and while there is any nothing is removed. Nor is it when anything
 * fails.
 */
public final class PayloadSweep {
    private static final Logger LOGGER = LoggerFactory.getLogger(PayloadSweep.class);
    private static final int READ_TIMES = 2;
    /** That wait for their time in one queue: the broker tells of all of them in one answer, of some KB each. */
    private static final int MOST_SCHEDULED = 2_000;
    /** Of removing: a start waits for it, and a store takes its time for each. The next start goes on. */
    private static final Duration MOST_TIME = Duration.ofSeconds(20);

    /** No event comes into these, and some are long. */
    private static final List<String> WITHOUT_EVENTS = List.of(
            Topology.STREAM_PREFIX,
            Topology.SCHEDULE_PREFIX,
            Topology.TOPIC_PREFIX,
            Topology.BUS_PREFIX,
            Topology.ARCHIVE_PREFIX,
            Topology.REPLY_PREFIX,
            Topology.TOOLS_PREFIX);

    private final PayloadStore store;
    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final Clock clock;

    public PayloadSweep(PayloadStore store, BrokerConnection connection, BrokerManagement management, Clock clock) {
        this.store = store;
        this.connection = connection;
        this.management = management;
        this.clock = clock;
    }

    /**
     * Where nothing is old enough, it asks the broker nothing. Blocks.
     *
     * @param age of a payload, at least
     * @return how many were removed; whatever fails, or takes longer than 20 s, leaves the others to the next start
     */
    public int sweep(Duration age) {
        try {
            store.removeIncomplete(clock.instant());
            Set<String> left = store.olderThan(age, clock.instant());
            if (!left.isEmpty()) {
                keepThoseInMessages(left);
            }
            return remove(left);
        } catch (IOException | RuntimeException failed) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REASON, failed.getMessage())
                    .log("payloads that nobody refers to are not removed; the next start looks again");
            return 0;
        }
    }

    private int remove(Set<String> orphans) throws IOException {
        long end = System.nanoTime() + MOST_TIME.toNanos();
        int removed = 0;
        for (String orphan : orphans) {
            if (System.nanoTime() - end > 0) {
                break;
            }
            Waiting.until(store.remove(orphan));
            removed++;
        }
        if (!orphans.isEmpty()) {
            LOGGER.atInfo()
                    .addKeyValue("payloads", removed)
                    .addKeyValue("left", orphans.size() - removed)
                    .log("payloads removed that nobody referred to");
        }
        return removed;
    }

    /** Every queue is read twice: what an operator moves meanwhile from one that is still to come into one that was. */
    private void keepThoseInMessages(Set<String> left) throws IOException {
        for (int time = 0; time < READ_TIMES; time++) {
            for (QueueState queue : queues()) {
                if (queue.scheduled() > 0) { // First: what is due meanwhile is then with the others.
                    readScheduled(queue, left);
                }
                if (queue.messages() > 0) {
                    read(queue, left);
                }
            }
        }
        queues();
    }

    /** Those to read, none of which has a message that cannot be read. */
    private List<QueueState> queues() throws IOException {
        List<QueueState> read = Waiting.until(management.listQueues("")).stream()
                .filter(queue -> !queue.internal() && !queue.temporary())
                .filter(queue -> WITHOUT_EVENTS.stream().noneMatch(queue.address()::startsWith))
                .toList();
        for (QueueState queue : read) {
            if (queue.scheduled() > MOST_SCHEDULED || queue.delivering() > 0) {
                throw new IllegalStateException("queue " + queue.name() + " has messages that cannot be read now");
            }
        }
        return read;
    }

    /** No browser sees these. Whatever looks like the name of a payload is one, in whichever property it is. */
    private void readScheduled(QueueState queue, Set<String> left) throws IOException {
        String messages = Waiting.until(management.operation("queue." + queue.name(), "listScheduledMessagesAsJSON"))
                .asText();
        StoredPayload.namesIn(messages).forEach(left::remove);
    }

    private void read(QueueState queue, Set<String> left) throws IOException {
        boolean isOnlyOne = queue.name().equals(queue.address());
        QueueBrowser browser = new QueueBrowser(
                connection, isOnlyOne ? queue.name() : Topology.queueOf(queue.address(), queue.name()));
        try {
            List<Message> page;
            do {
                page = Waiting.until(browser.next());
                page.forEach(message -> keep(message, left));
            } while (!page.isEmpty());
        } finally {
            browser.close();
        }
    }

    /** Whatever its body is by now. */
    private static void keep(Message message, Set<String> left) {
        EventMessages.property(message, EventProperties.PAYLOAD)
                .flatMap(StoredPayload::parse)
                .ifPresent(stored -> left.remove(stored.name()));
    }
}
