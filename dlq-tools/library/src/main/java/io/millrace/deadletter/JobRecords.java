package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/**
 * The records of all jobs, in a plain durable queue of the broker that is only ever browsed. A change is a new message
 * with a higher version, on disk before the older one is removed; of two, the higher one holds (docs/adr/0014).
 * Thread-safe; never blocks.
 */
final class JobRecords {
    static final String QUEUE = Topology.TOOLS_PREFIX + "jobs";
    private static final String ID = "dlq_job";
    private static final String VERSION = "dlq_version";
    private static final int MOST_ENDED = 500;
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final Publisher publisher;

    JobRecords(BrokerConnection connection, BrokerManagement management, Publisher publisher) {
        this.connection = connection;
        this.management = management;
        this.publisher = publisher;
    }

    /** Makes room for a new job: the queue, unless it exists, and the oldest of many ended jobs go. */
    Future<Void> prepare() {
        return management
                .createQueue(new QueueSpec(QUEUE, true))
                .compose(created -> all())
                .compose(all -> forgetOldest(all).compose(forgotten -> forgetUnwritten(all)));
    }

    // Of jobs whose starter was killed before they were written down, a claim without a holder is left.
    private Future<Void> forgetUnwritten(List<JobRecord> all) {
        Set<String> written = all.stream().map(JobRecord::id).collect(Collectors.toSet());
        return management.queueNames().compose(names -> {
            Future<Void> done = Future.succeededFuture();
            for (String queue : names) {
                if (JobClaim.job(queue).filter(id -> !written.contains(id)).isPresent()) {
                    done = done.compose(next -> management.findQueue(queue))
                            .compose(found -> found.isPresent() && found.get().consumers() == 0
                                    ? deleteUnheld(queue)
                                    : Future.succeededFuture());
                }
            }
            return done;
        });
    }

    // Not with its receiver: somebody who begins a job at the same time may just have got it.
    private Future<Void> deleteUnheld(String queue) {
        return management
                .operation("broker", "destroyQueue", queue, false, true)
                .<Void>mapEmpty()
                .recover(held ->
                        held instanceof BrokerRefusedException ? Future.succeededFuture() : Future.failedFuture(held));
    }

    private Future<Void> forgetOldest(List<JobRecord> all) {
        List<JobRecord> ended = all.stream()
                .filter(job -> job.state().isOver())
                .skip(MOST_ENDED)
                .toList();
        Future<Void> done = Future.succeededFuture();
        for (JobRecord old : ended) {
            done = done.compose(next -> remove(idIs(old.id())));
        }
        return done;
    }

    /** Succeeds with what was written when it is on disk. */
    Future<JobRecord> write(JobRecord job) {
        JobRecord next = job.next();
        return publisher
                .send(QUEUE, message(next))
                .compose(onDisk -> remove(idIs(next.id()) + " AND " + VERSION + " < " + next.version()))
                .map(removed -> next);
    }

    private Future<Void> remove(String selector) {
        return management
                .operation("queue." + QUEUE, "removeMessages", selector)
                .mapEmpty();
    }

    private static String idIs(String id) {
        return ID + " = " + Selection.quoted(id);
    }

    private static Message message(JobRecord job) {
        Message message = EventMessages.durable(job.id() + "/" + job.version(), json(job), Map.of(), null);
        message.setApplicationProperties(
                new ApplicationProperties(new HashMap<>(Map.of(ID, job.id(), VERSION, job.version()))));
        return message;
    }

    /** The youngest first; none where there never was one. */
    Future<List<JobRecord>> all() {
        return management
                .queueNames()
                .compose(names -> names.contains(QUEUE) ? browse() : Future.succeededFuture(List.of()));
    }

    private Future<List<JobRecord>> browse() {
        Map<String, JobRecord> latest = new HashMap<>();
        QueueBrowser browser = new QueueBrowser(connection, QUEUE);
        return Steps.repeat(() -> browser.next().map(page -> take(page, latest)))
                .onComplete(end -> browser.close())
                .map(end -> sorted(latest));
    }

    private static boolean take(List<Message> page, Map<String, JobRecord> latest) {
        for (Message message : page) {
            read(message)
                    .ifPresent(job ->
                            latest.merge(job.id(), job, (one, other) -> one.version() > other.version() ? one : other));
        }
        return !page.isEmpty();
    }

    private static List<JobRecord> sorted(Map<String, JobRecord> latest) {
        List<JobRecord> jobs = new ArrayList<>(latest.values());
        jobs.sort(Comparator.comparingLong(JobRecord::startedAt).reversed().thenComparing(JobRecord::id));
        return jobs;
    }

    Future<Optional<JobRecord>> find(String id) {
        return all().map(
                        jobs -> jobs.stream().filter(job -> job.id().equals(id)).findFirst());
    }

    private static byte[] json(JobRecord job) {
        try {
            return JSON.writeValueAsBytes(job);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // What somebody else sent there is no record.
    private static Optional<JobRecord> read(Message message) {
        try {
            return Optional.of(JSON.readValue(EventMessages.payload(message), JobRecord.class));
        } catch (IOException notOne) {
            return Optional.empty();
        }
    }
}
