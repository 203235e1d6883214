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
import java.util.function.Consumer;

/**
 * The dead letters of one broker, by futures. Thread-safe; never blocks.
 *
 * <p>Every future fails with BrokerUnavailableException when the broker is away, with BrokerRefusedException when it
 * says no, and with RefusedException when what is asked would do harm or does not exist.
 */
public final class AsyncDeadLetters {
    private static final int LOOKS = 3;

    private final BrokerConnection looking;
    private final BrokerConnection managing;
    private final BrokerManagement management;
    private final Duration timeout;
    private final AsyncRedriveJobs jobs;

    private AsyncDeadLetters(BrokerConnection looking, BrokerConnection managing, Duration timeout) {
        this.looking = looking;
        this.managing = managing;
        this.management = new BrokerManagement(managing);
        this.timeout = timeout;
        this.jobs = new AsyncRedriveJobs(this, looking, management);
    }

    /** @param timeout for the connection, and later for the broker to send the next message that is asked for */
    public static Future<AsyncDeadLetters> connect(Vertx vertx, BrokerAddress address, Duration timeout) {
        return connect(vertx, address, timeout, timeout);
    }

    /**
     * As {@link #connect(Vertx, BrokerAddress, Duration)}, for who wants to be told soon that nobody is there and yet be
     * patient with a broker that is slow.
     *
     * @param away for the connection once an attempt has failed, as when it is refused; at most {@code timeout}
     */
    public static Future<AsyncDeadLetters> connect(
            Vertx vertx, BrokerAddress address, Duration away, Duration timeout) {
        return BrokerConnection.open(vertx, address, "dead-letters")
                .compose(looking -> BrokerConnection.open(vertx, address, "dead-letters-management")
                        .compose(managing -> up(new AsyncDeadLetters(looking, managing, timeout), away)));
    }

    private static Future<AsyncDeadLetters> up(AsyncDeadLetters opened, Duration away) {
        Future<Void> up = opened.looking.firstUp().compose(first -> opened.managing.firstUp());
        long rest = opened.timeout.minus(away).toMillis();
        return up.timeout(away.toMillis(), TimeUnit.MILLISECONDS)
                .recover(late -> rest > 0 && opened.looking.lastFailure().isEmpty()
                        ? up.timeout(rest, TimeUnit.MILLISECONDS)
                        : Future.failedFuture(late))
                .recover(late -> opened.close().compose(closed -> Future.failedFuture(opened.unreachable(late))))
                .map(connected -> opened);
    }

    private BrokerUnavailableException unreachable(Throwable late) {
        Throwable why = looking.lastFailure().orElse(late);
        return new BrokerUnavailableException(
                "broker " + looking.address() + " is not reachable: " + why.getMessage(), why);
    }

    public BrokerAddress broker() {
        return looking.address();
    }

    /**
     * The queues that hold dead letters, by name: those of the addresses that the broker's settings name as dead-letter
     * addresses, and those whose names say so.
     */
    public Future<List<DeadLetterQueue>> queues() {
        return new DeadLetterAddresses(management, broker())
                .find()
                .map(found -> found.queues().stream().map(DeadLetterQueue::of).toList());
    }

    /** As {@link #queues}, and what else a first look wants to know. Takes {@code between} and as long as the asking. */
    public Future<List<QueueOverview>> overview(Duration between) {
        return new Overview(this, looking.context().owner(), new DeadLetterAddresses(management, broker()), between)
                .look();
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
        return look(queue, selection, Look.WHOLE.atMost(limit), visitor);
    }

    /** As {@link #forEach}, and counts what it saw against what the broker says is there. */
    public Future<ScanResult> scan(
            DeadLetterQueue queue, Selection selection, Look look, Consumer<DeadLetter> visitor) {
        return count(queue).compose(before -> walk(cursor(queue, selection, look), new Walk(selection, look), visitor)
                .compose(walk -> count(queue).map(after -> walk.result(before, after))));
    }

    /** A few at a time, for whoever comes back for more; to be closed. */
    public DeadLetterPages pages(DeadLetterQueue queue, Selection selection, Look look) {
        return new DeadLetterPages(cursor(queue, selection, look), new Walk(selection, look));
    }

    /** As {@link #scan} without counting. */
    Future<Void> look(DeadLetterQueue queue, Selection selection, Look look, Consumer<DeadLetter> visitor) {
        return walk(cursor(queue, selection, look), new Walk(selection, look), visitor)
                .mapEmpty();
    }

    /** As {@link #look} at all, and what {@code visitor} sees may be the cause only: see GlanceReader. */
    Future<Void> lookAtCauses(DeadLetterQueue queue, Selection selection, Consumer<DeadLetter> visitor) {
        return walk(causes(queue, selection, Look.HEADS), new Walk(selection, Look.HEADS), visitor)
                .mapEmpty();
    }

    private static Future<Walk> walk(DeadLetterCursor cursor, Walk walk, Consumer<DeadLetter> visitor) {
        return Steps.repeat(() -> cursor.next().map(page -> walk.visit(page, visitor)))
                .onComplete(end -> cursor.close())
                .map(end -> walk);
    }

    DeadLetterCursor cursor(DeadLetterQueue queue, Selection selection, Look look) {
        DeadLetterReader reader = new DeadLetterReader(queue.name());
        return new DeadLetterCursor(
                looking, queue, selection.selector(), look.bytesOf(selection), reader::read, timeout);
    }

    private DeadLetterCursor causes(DeadLetterQueue queue, Selection selection, Look look) {
        if (selection.readsMore()) {
            return cursor(queue, selection, look);
        }
        GlanceReader reader = new GlanceReader(queue.name());
        return new DeadLetterCursor(
                looking, queue, selection.selector(), Look.HEADS.bytesOfEach(), reader::read, timeout);
    }

    /** The queue as it is now; one that is gone meanwhile is empty. */
    Future<DeadLetterQueue> count(DeadLetterQueue queue) {
        return answered(management.findQueue(queue.name())).map(found -> found.map(DeadLetterQueue::of)
                .orElseGet(() -> new DeadLetterQueue(queue.name(), queue.address(), queue.function(), 0, 0, 0)));
    }

    /** The dead letters of a queue by cause. */
    public Future<DeadLetterGroups> groups(DeadLetterQueue queue, Selection selection) {
        return groups(queue, selection, GroupBy.CAUSE, progress -> {});
    }

    /**
     * The dead letters of a queue by whatever they are told apart by, in bounded memory. Where fewer are seen than the
     * broker says there are, it looks again, up to three times; {@link DeadLetterGroups#scan} says whether all are in.
     *
     * @param progress twice a second, on an event loop; must not block. What it throws ends the looking, and is what
     *     the future fails with
     */
    public Future<DeadLetterGroups> groups(
            DeadLetterQueue queue, Selection selection, GroupBy by, Consumer<GroupsProgress> progress) {
        return groups(queue, selection, by, progress, LOOKS);
    }

    // On a queue that went on to paging, a browser may miss some near its head.
    private Future<DeadLetterGroups> groups(
            DeadLetterQueue queue, Selection selection, GroupBy by, Consumer<GroupsProgress> progress, int looks) {
        DeadLetterGroups.Collector collector = new DeadLetterGroups.Collector(by, queue.visible(), progress);
        return scan(queue, selection, by, collector::add).compose(scan -> {
            DeadLetterGroups found = collector.groups(scan);
            return scan.isPartial() && looks > 1
                    ? groups(queue, selection, by, progress, looks - 1)
                            .map(again -> again.scan().seen() > scan.seen() ? again : found)
                    : Future.succeededFuture(found);
        });
    }

    private Future<ScanResult> scan(
            DeadLetterQueue queue, Selection selection, GroupBy by, Consumer<DeadLetter> visitor) {
        Look look = by.readsBody() ? Look.LARGE_BODIES : Look.HEADS;
        return count(queue).compose(before -> {
            DeadLetterCursor cursor =
                    by.readsCauseOnly() ? causes(queue, selection, look) : cursor(queue, selection, look);
            return walk(cursor, new Walk(selection, look), visitor)
                    .compose(walk -> count(queue).map(after -> walk.result(before, after)));
        });
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
        if (request.selection().rest().isPresent()) {
            return Future.failedFuture(
                    new RefusedException("the broker moves by its selectors, which do not see bodies,"
                            + " groups and properties with such names; nothing was moved"));
        }
        return answered(BrokerMove.refuseScheduled(management, queue.name()))
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
        if (request.selection().rest().isPresent()) {
            return Future.failedFuture(new RefusedException(
                    "the broker alone cannot tell which are meant; nothing was moved, start a job of jobs() instead"));
        }
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

    /** The redrive jobs at this broker. */
    public AsyncRedriveJobs jobs() {
        return jobs;
    }

    Future<DeadLetterQueue> queueNamed(String name) {
        return answered(management.findQueue(name)).compose(found -> found.map(DeadLetterQueue::of)
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(
                        new RefusedException("queue '" + name + "' does not exist at " + broker()))));
    }

    private <T> Future<T> answered(Future<T> asked) {
        return Answers.inTime(asked, broker());
    }

    /** Lets go of both connections. */
    public Future<Void> close() {
        return Future.join(looking.close(), managing.close()).mapEmpty();
    }
}
