package io.millrace.runtime.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.message.Message;

/**
 * How many events undone redrive jobs took out of each queue, as the jobs' records at the broker tell (docs/adr/0014).
 * Reads them only when one was written since. Thread-safe; never blocks; asks one thing at a time.
 */
public final class UndoneEvents {
    private static final String RECORDS = Topology.TOOLS_PREFIX + "jobs";
    private static final long NEVER = -1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BrokerConnection connection;
    private final BrokerManagement management;
    /** By job, also of those whose record is removed since: the sum never falls. */
    private final Map<String, Map<String, Long>> byJob = new HashMap<>();

    private long writtenThen = NEVER;

    public UndoneEvents(BrokerConnection connection, BrokerManagement management) {
        this.connection = connection;
        this.management = management;
        // The broker may be another one when it returns, or count from 0.
        connection.run(() -> connection.whenDown(this::lookAgain));
    }

    private synchronized void lookAgain() {
        writtenThen = NEVER;
    }

    /** @return by the name of the queue; as far as is known if the broker does not tell, or never had a job */
    public Future<Map<String, Long>> now() {
        return management
                .findQueue(RECORDS) // The broker would log a warning at each question about one that is not there.
                .compose(found -> found.map(QueueState::added)
                        .filter(written -> !isKnown(written))
                        .map(this::readAll)
                        .orElseGet(Future::succeededFuture))
                .otherwiseEmpty()
                .map(done -> sums());
    }

    private synchronized boolean isKnown(long written) {
        return written == writtenThen;
    }

    private Future<Void> readAll(long written) {
        QueueBrowser browser = new QueueBrowser(connection, RECORDS);
        return readOn(browser).onComplete(end -> browser.close()).onSuccess(all -> known(written));
    }

    private Future<Void> readOn(QueueBrowser browser) {
        return browser.next().compose(page -> {
            page.forEach(this::take);
            return page.isEmpty() ? Future.succeededFuture() : readOn(browser);
        });
    }

    private synchronized void known(long written) {
        writtenThen = written;
    }

    private synchronized void take(Message message) {
        JsonNode job = read(message);
        job.path("undoneFrom").properties().forEach(queue -> byJob.computeIfAbsent(
                        job.path("id").asText(), first -> new HashMap<>())
                .merge(queue.getKey(), queue.getValue().asLong(), Math::max));
    }

    // What somebody else sent there is no record.
    private static JsonNode read(Message message) {
        try {
            return JSON.readTree(EventMessages.payload(message));
        } catch (IOException notOne) {
            return JSON.missingNode();
        }
    }

    private synchronized Map<String, Long> sums() {
        Map<String, Long> sums = new HashMap<>();
        byJob.values().forEach(job -> job.forEach((queue, events) -> sums.merge(queue, events, Long::sum)));
        return sums;
    }
}
