package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The dead letters of one broker, by futures. Thread-safe; never blocks.
 *
 * <p>Every future fails with BrokerUnavailableException when the broker is away, with BrokerRefusedException when it
 * says no, and with RefusedException when what is asked would do harm or does not exist.
 */
public final class AsyncDeadLetters {
    private final BrokerConnection looking;
    private final BrokerConnection managing;
    private final BrokerManagement management;
    private final Duration timeout;

    private AsyncDeadLetters(BrokerConnection looking, BrokerConnection managing, Duration timeout) {
        this.looking = looking;
        this.managing = managing;
        this.management = new BrokerManagement(managing);
        this.timeout = timeout;
    }

    /** @param timeout for the connection, and later for the broker to send the next message that is asked for */
    public static Future<AsyncDeadLetters> connect(Vertx vertx, BrokerAddress address, Duration timeout) {
        return BrokerConnection.open(vertx, address, "dead-letters")
                .compose(looking -> BrokerConnection.open(vertx, address, "dead-letters-management")
                        .compose(managing -> up(new AsyncDeadLetters(looking, managing, timeout))));
    }

    private static Future<AsyncDeadLetters> up(AsyncDeadLetters opened) {
        return opened.looking
                .firstUp()
                .compose(first -> opened.managing.firstUp())
                .timeout(opened.timeout.toMillis(), TimeUnit.MILLISECONDS)
                .recover(late -> opened.close().compose(closed -> Future.failedFuture(opened.unreachable(late))))
                .map(up -> opened);
    }

    private BrokerUnavailableException unreachable(Throwable late) {
        Throwable why = looking.lastFailure().orElse(late);
        return new BrokerUnavailableException(
                "broker " + looking.address() + " is not reachable: " + why.getMessage(), why);
    }

    public BrokerAddress broker() {
        return looking.address();
    }

    /** The queues whose names say that they hold dead letters, by name. */
    public Future<List<DeadLetterQueue>> queues() {
        return answered(management.listQueues("")).map(all -> all.stream()
                .filter(queue -> !queue.internal() && DeadLetterQueue.isDeadLetterName(queue.name()))
                .map(DeadLetterQueue::of)
                .toList());
    }

    /**
     * The dead-letter queue of a function, or else any queue of exactly this name.
     *
     * @return fails with RefusedException if there is none
     */
    public Future<DeadLetterQueue> queue(String functionOrQueue) {
        String ofFunction = Topology.DEAD_LETTER_PREFIX + functionOrQueue;
        return answered(management.findQueue(ofFunction))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found)
                        : answered(management.findQueue(functionOrQueue)))
                .compose(found -> found.map(DeadLetterQueue::of)
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new RefusedException("neither queue '" + ofFunction
                                + "' nor queue '" + functionOrQueue + "' exists at " + broker()))));
    }

    /** At most {@code limit} of the queue's dead letters, from its head. */
    public Future<List<DeadLetter>> browse(DeadLetterQueue queue, Selection selection, int limit) {
        List<DeadLetter> found = new ArrayList<>();
        return forEach(queue, selection, limit, found::add).map(end -> found);
    }

    /**
     * Shows each matching dead letter to {@code visitor}, from the queue's head, with bounded memory however many there
     * are. What is scheduled or with a consumer is not shown. Nothing is changed, delivery counts neither.
     *
     * @param visitor runs on an event loop and must not block
     */
    public Future<Void> forEach(DeadLetterQueue queue, Selection selection, long limit, Consumer<DeadLetter> visitor) {
        DeadLetterCursor cursor = cursor(queue, selection);
        AtomicLong left = new AtomicLong(limit);
        return Steps.repeat(() -> cursor.next().map(page -> visit(page, left, visitor)))
                .onComplete(end -> cursor.close());
    }

    private static boolean visit(List<DeadLetter> page, AtomicLong left, Consumer<DeadLetter> visitor) {
        page.stream().limit(left.get()).forEach(visitor);
        return left.addAndGet(-page.size()) > 0 && !page.isEmpty();
    }

    DeadLetterCursor cursor(DeadLetterQueue queue, Selection selection) {
        return new DeadLetterCursor(looking, queue, selection.selector(), timeout);
    }

    /** The dead letters of a queue by cause. */
    public Future<DeadLetterGroups> groups(DeadLetterQueue queue, Selection selection) {
        DeadLetterGroups.Collector collector = new DeadLetterGroups.Collector();
        return forEach(queue, selection, Long.MAX_VALUE, collector::add).map(end -> collector.groups());
    }

    /** The dead letter of this id. */
    public Future<Optional<DeadLetter>> show(DeadLetterQueue queue, String id) {
        return browse(queue, Selection.ofId(id), 1).map(found -> found.stream().findFirst());
    }

    /**
     * Moves dead letters back. Those that die again meanwhile stay. If it fails midway, what was moved stays moved, and
     * asking again moves the rest.
     *
     * @param progress after each step of at most 1,000, on an event loop
     * @return fails with RefusedException, and nothing is moved, if a queue they would go to does not exist or would
     *     drop them
     */
    public Future<RedriveResult> redrive(
            DeadLetterQueue queue, RedriveRequest request, Consumer<RedriveProgress> progress) {
        return answered(Redrive.refuseScheduled(management, queue.name()))
                .compose(fine -> plan(queue, request))
                .compose(plan -> redrive(plan, request, progress));
    }

    private Future<RedriveResult> redrive(
            RedrivePlan plan, RedriveRequest request, Consumer<RedriveProgress> progress) {
        Redrive redrive = new Redrive(management, broker(), plan, progress);
        return redrive.check()
                .compose(fine -> request.dryRun() ? Future.succeededFuture(plan.result(0)) : redrive.run());
    }

    private Future<RedrivePlan> plan(DeadLetterQueue queue, RedriveRequest request) {
        return target(queue, request).compose(target -> {
            RedrivePlan plan =
                    new RedrivePlan(queue.name(), target, request.selection().selector());
            return forEach(queue, request.selection(), request.max(), plan::add).map(end -> plan);
        });
    }

    // A function's dead letters go back to it, whichever of its queues they died in.
    private Future<Optional<String>> target(DeadLetterQueue queue, RedriveRequest request) {
        if (request.target().isPresent() || queue.function().isEmpty()) {
            return Future.succeededFuture(request.target());
        }
        return answered(management.findQueue(
                        Topology.invokeAddress(queue.function().get())))
                .map(found -> found.map(QueueState::name));
    }

    private <T> Future<T> answered(Future<T> asked) {
        return Answers.inTime(asked, broker());
    }

    /** Lets go of both connections. */
    public Future<Void> close() {
        return Future.join(looking.close(), managing.close()).mapEmpty();
    }
}
