package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonReceiver;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The right to drive a job: the one receiver that a queue of its own lets in. The broker takes it back the moment its
 * holder's connection ends, however it ends. What others wish for the job is sent to that queue and so reaches the
 * holder at once. Thread-safe.
 */
final class JobClaim {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CREDIT = 20;
    private static final long LOOK_AGAIN_MILLIS = 10;
    /** For some seconds. */
    private static final int LOOKS = 500;

    private static final String PREFIX = Topology.TOOLS_PREFIX + "job.";

    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final String id;
    private final Runnable lost = this::lost;
    private final Promise<JobClaim> taken = Promise.promise();
    private volatile @Nullable ProtonReceiver receiver;
    private volatile @Nullable JobState wish;

    private JobClaim(BrokerConnection connection, BrokerManagement management, String id) {
        this.connection = connection;
        this.management = management;
        this.id = id;
    }

    static String queue(String id) {
        return PREFIX + id;
    }

    /** The job whose claim {@code queue} is, if it is one. */
    static Optional<String> job(String queue) {
        return queue.startsWith(PREFIX) ? Optional.of(queue.substring(PREFIX.length())) : Optional.empty();
    }

    /** The highest number the broker has given out: that of a message sent to the job's queue and removed again. */
    Future<Long> mark(Publisher publisher) {
        Message mark = EventMessages.transientMessage("mark", new byte[0], Map.of());
        return publisher.send(queue(id), mark).compose(sent -> find(LOOKS)).compose(number -> management
                .operation("queue." + queue(id), "removeAllMessages")
                .map(number));
    }

    /** The broker confirms a message a moment before whoever looks at its queue sees it. */
    private Future<Long> find(int looks) {
        return management
                .operation("queue." + queue(id), "listMessagesAsJSON", "")
                .map(listed -> highest(listed.asText()))
                .compose(found -> {
                    if (found.isPresent()) {
                        return Future.succeededFuture(found.getAsLong());
                    }
                    if (looks <= 1) {
                        return Future.failedFuture(new BrokerRefusedException(
                                "broker lists no message in '" + queue(id) + "', expected the one it has confirmed"));
                    }
                    return later().compose(soon -> find(looks - 1));
                });
    }

    private Future<Void> later() {
        Promise<Void> later = Promise.promise();
        connection.context().owner().setTimer(LOOK_AGAIN_MILLIS, due -> later.complete());
        return later.future();
    }

    private static OptionalLong highest(String json) {
        try {
            return StreamSupport.stream(JSON.readTree(json).spliterator(), false)
                    .mapToLong(message -> message.path("messageID").asLong(-1))
                    .filter(number -> number >= 0)
                    .max();
        } catch (JsonProcessingException notJson) {
            throw new BrokerRefusedException("broker answered '" + json + "', expected messages in JSON");
        }
    }

    private static Future<Void> create(BrokerManagement management, String id) {
        String config = new ObjectMapper()
                .createObjectNode()
                .put("name", queue(id))
                .put("address", queue(id))
                .put("routing-type", "ANYCAST")
                .put("durable", true)
                .put("max-consumers", 1)
                .put("auto-create-address", true)
                .put("auto-delete", false)
                .toString();
        return management.operation("broker", "createQueue", config, true).mapEmpty();
    }

    /** Empty if somebody else has it. */
    static Future<Optional<JobClaim>> take(BrokerConnection connection, BrokerManagement management, String id) {
        JobClaim claim = new JobClaim(connection, management, id);
        return create(management, id)
                .compose(made -> {
                    connection.run(claim::attach);
                    return claim.taken.future();
                })
                .map(Optional::of)
                .recover(failure -> failure instanceof BrokerRefusedException refused && !refused.isForbidden()
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(failure));
    }

    private void attach() {
        ProtonConnection up = connection.current();
        if (up == null) {
            lost();
            return;
        }
        connection.whenDown(lost);
        ProtonReceiver opening = up.createReceiver(queue(id));
        opening.setPrefetch(0);
        opening.handler((delivery, message) -> wished(message));
        opening.openHandler(this::opened);
        opening.closeHandler(this::refused);
        opening.detachHandler(this::refused);
        receiver = opening;
        opening.open();
    }

    // A refusal opens the link only to close it, without a source.
    private void opened(AsyncResult<ProtonReceiver> opened) {
        if (opened.succeeded() && opened.result().getRemoteSource() != null) {
            taken.tryComplete(this);
        }
    }

    private void refused(AsyncResult<ProtonReceiver> closed) {
        drop();
        String why = closed.failed() ? closed.cause().getMessage() : "the link was closed";
        taken.tryFail(new BrokerRefusedException("broker refused the claim of job " + id + ": " + why));
    }

    private void lost() {
        drop();
        taken.tryFail(new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
    }

    private void drop() {
        connection.forgetDown(lost);
        ProtonReceiver open = receiver;
        receiver = null;
        if (open != null && connection.isUp()) {
            open.close();
        }
    }

    private void wished(Message message) {
        String wanted = new String(EventMessages.payload(message), StandardCharsets.UTF_8);
        if (wanted.equals(JobState.CANCELLED.name())) {
            wish = JobState.CANCELLED;
        } else if (wanted.equals(JobState.PAUSED.name()) && wish == null) {
            wish = JobState.PAUSED;
        }
    }

    /** Tells whoever drives the job what is wanted of it. */
    static Future<Void> wish(Publisher publisher, String id, JobState wanted) {
        byte[] text = wanted.name().getBytes(StandardCharsets.UTF_8);
        return publisher.send(queue(id), EventMessages.transientMessage(wanted.name(), text, Map.of()));
    }

    /** From now on wishes arrive. */
    void listen() {
        connection.run(() -> {
            ProtonReceiver open = receiver;
            if (open != null) {
                open.flow(CREDIT);
            }
        });
    }

    boolean isHeld() {
        return receiver != null;
    }

    /** What others want the job to become, if anything. */
    Optional<JobState> wish() {
        return Optional.ofNullable(wish);
    }

    /** Lets the next one have it. */
    Future<Void> release() {
        Promise<Void> released = Promise.promise();
        connection.run(() -> detach(released));
        // With its queue, as a job waits for years perhaps, and nothing in it matters.
        return released.future()
                .compose(gone -> management.deleteQueue(queue(id)))
                .recover(alreadyGone -> alreadyGone instanceof BrokerRefusedException
                        ? Future.succeededFuture()
                        : Future.failedFuture(alreadyGone));
    }

    // To its end: a broker that deletes a queue whose receiver is just leaving logs a bug of its own.
    private void detach(Promise<Void> released) {
        connection.forgetDown(lost);
        ProtonReceiver open = receiver;
        receiver = null;
        if (open == null || !connection.isUp()) {
            released.complete();
            return;
        }
        Runnable gone = released::tryComplete;
        connection.whenDown(gone);
        released.future().onComplete(done -> connection.forgetDown(gone));
        open.closeHandler(answer -> released.tryComplete());
        open.detachHandler(answer -> released.tryComplete());
        open.close();
    }
}
