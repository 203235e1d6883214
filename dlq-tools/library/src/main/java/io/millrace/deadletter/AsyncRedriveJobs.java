package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Redrives as jobs that are written down at the broker and survive whoever drives them: a killed one is resumed by its
 * id, from any process. Thread-safe; never blocks. Fails as AsyncDeadLetters says, and with PreflightException, a
 * RefusedException, where moving would lose messages.
 */
public final class AsyncRedriveJobs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final AsyncDeadLetters letters;
    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final Publisher publisher;
    private final JobRecords records;
    private final JobTools tools;
    private final JobPlanner planner;
    private final Preflight preflight;
    private final Editing editing;

    AsyncRedriveJobs(AsyncDeadLetters letters, BrokerConnection connection, BrokerManagement management) {
        this.letters = letters;
        this.connection = connection;
        this.management = management;
        this.publisher = new Publisher(connection);
        this.records = new JobRecords(connection, management, publisher);
        Room room = new Room(management);
        this.tools = new JobTools(
                connection.context().owner(),
                management,
                connection.address(),
                records,
                new Counting(management, letters),
                room,
                letters,
                new Stamping(connection));
        this.planner = new JobPlanner(tools, letters);
        this.preflight = new Preflight(management, room);
        this.editing = new Editing(connection, letters, tools, planner, preflight);
    }

    /** What a job would move where. Moves nothing; fails with PreflightException where the job would be refused. */
    public Future<JobPlan> plan(DeadLetterQueue queue, JobRequest request) {
        return plan(queue, request, tools.counting().of(queue.name(), request.selection()));
    }

    /** As {@link #plan(DeadLetterQueue, JobRequest)}, by numbers that somebody else has; asked for what it needs only. */
    public Future<JobPlan> plan(DeadLetterQueue queue, JobRequest request, MatchCounts counts) {
        return inTime(BrokerMove.refuseScheduled(management, queue.name()))
                .compose(fine -> planner.routes(queue, request, counts))
                .map(found -> new JobPlan(queue, request, found.routes(), found.withoutOrigin()))
                .compose(plan -> check(queue.name(), plan.routes()).map(plan));
    }

    private Future<Void> check(String from, List<JobRoute> routes) {
        Future<Void> checked = Future.succeededFuture();
        for (JobRoute route : routes) {
            checked = checked.compose(next -> inTime(preflight.check(from, route)));
        }
        return checked;
    }

    /**
     * Writes a new job down and drives it until it ends. What dies from now on is no part of it.
     *
     * @param progress the first with nothing moved yet, when the job is on disk; on an event loop
     * @return the job when it ended, paused or stopped; if there was nothing to move, a completed one that is not
     *     written down
     */
    public Future<JobRecord> start(DeadLetterQueue queue, JobRequest request, Consumer<JobProgress> progress) {
        String id = newId("r-");
        Instant now = Instant.now();
        return inTime(BrokerMove.refuseScheduled(management, queue.name()))
                .compose(fine -> inTime(records.prepare()))
                .compose(ready -> claimed(id))
                .compose(claim -> inTime(claim.mark(publisher))
                        .compose(mark -> begin(id, queue, request, mark, now))
                        .compose(job -> check(queue.name(), job.routes()).map(job))
                        .compose(job -> driveNew(job, claim, progress))
                        .recover(failure -> claim.isHeld() ? letGo(claim, failure) : Future.failedFuture(failure)));
    }

    private Future<JobRecord> begin(String id, DeadLetterQueue queue, JobRequest request, long mark, Instant now) {
        // While it counts, which takes longer.
        Future<Long> takenBefore = inTime(records.all()).map(all -> takenBefore(all, queue.name(), mark));
        CutOff cutOff = new CutOff(mark, now.toEpochMilli(), 0);
        return begin(id, queue, request, JobOrder.of(queue.name(), request), cutOff, now)
                .compose(job -> takenBefore.map(job::after));
    }

    // Else an undo would also bring back what that job moved.
    private static long takenBefore(List<JobRecord> earlier, String queue, long mark) {
        return earlier.stream()
                .filter(job -> job.order().queue().equals(queue)
                        && job.order().selection().equals(JobOrder.ALL)
                        && job.state() == JobState.COMPLETED
                        && job.order().max() == Long.MAX_VALUE
                        && job.undone() == 0
                        && job.withoutOrigin() == 0)
                .mapToLong(job -> job.cutOff().number())
                .filter(number -> number < mark)
                .max()
                .orElse(0);
    }

    private Future<JobRecord> begin(
            String id, DeadLetterQueue queue, JobRequest request, JobOrder order, CutOff cutOff, Instant now) {
        return planner.routes(queue, request, order.and(cutOff.found())).compose(first -> {
            long counted = first.withoutOrigin()
                    + first.routes().stream().mapToLong(JobRoute::matched).sum();
            JobRecord job = JobRecord.begun(id, order, cutOff, first);
            if (counted == queue.messages() && order.selection().equals(JobOrder.ALL)) {
                return Future.succeededFuture(job);
            }
            return planner.lastDeath(queue, order, now).compose(last -> {
                CutOff later = new CutOff(cutOff.number(), last, cutOff.after());
                return last == cutOff.diedAt()
                        ? Future.succeededFuture(job)
                        : planner.routes(queue, request, order.and(later.found()))
                                .map(all -> JobRecord.begun(id, order, later, all));
            });
        });
    }

    private Future<JobRecord> driveNew(JobRecord job, JobClaim claim, Consumer<JobProgress> progress) {
        if (job.planned() == 0) {
            return claim.release().map(job.in(JobState.COMPLETED, ""));
        }
        return records.write(job).compose(written -> drive(written, claim, progress));
    }

    private Future<JobRecord> drive(JobRecord job, JobClaim claim, Consumer<JobProgress> progress) {
        claim.listen();
        progress.accept(new JobProgress(job.id(), job.moved(), job.planned(), job.returned(), 0));
        return new JobDriver(tools, claim, job, progress).run().compose(ended -> claim.release()
                .map(ended));
    }

    // Where the broker is away it has taken the claim back already, and what failed is what is told.
    private static <T> Future<T> letGo(JobClaim claim, Throwable failure) {
        return claim.release().transform(released -> Future.failedFuture(failure));
    }

    /**
     * Drives a job on that paused or stopped, or whose driver was killed.
     *
     * @return fails with RefusedException if it is over, unknown, or driven by somebody else
     */
    public Future<JobRecord> resume(String id, Consumer<JobProgress> progress) {
        return open(id).compose(job -> claimed(id)).compose(claim -> resume(id, claim, progress)
                .recover(failure -> claim.isHeld() ? letGo(claim, failure) : Future.failedFuture(failure)));
    }

    private Future<JobRecord> resume(String id, JobClaim claim, Consumer<JobProgress> progress) {
        return open(id).map(JobRecord::resumed)
                .compose(job -> check(job.order().queue(), job.routes()).map(job))
                .compose(records::write)
                .compose(job -> drive(job, claim, progress));
    }

    /**
     * Pauses or cancels a job, whoever drives it and whether anybody does.
     *
     * @param wanted PAUSED or CANCELLED
     * @return the job when it is so
     */
    public Future<JobRecord> end(String id, JobState wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        return open(id).compose(job -> end(job, wanted, deadline));
    }

    private Future<JobRecord> end(JobRecord job, JobState wanted, long deadline) {
        if (job.state() == wanted) {
            return Future.succeededFuture(job);
        }
        if (job.state().isOver()) {
            return Future.failedFuture(over(job));
        }
        return JobClaim.take(connection, management, job.id())
                .compose(claim -> claim.isPresent()
                        ? endIdle(job.id(), wanted, claim.get())
                        : JobClaim.wish(publisher, job.id(), wanted)
                                .recover(justEnded -> Future.succeededFuture())
                                .compose(told -> later())
                                .compose(waited -> found(job.id()))
                                .compose(now -> System.nanoTime() > deadline
                                        ? Future.failedFuture(new BrokerUnavailableException("who drives job "
                                                + job.id() + " did not answer within " + PATIENCE.toSeconds() + " s"))
                                        : end(now, wanted, deadline)));
    }

    private Future<JobRecord> endIdle(String id, JobState wanted, JobClaim claim) {
        return found(id)
                .compose(job -> job.state().isOver() || job.state() == wanted
                        ? Future.succeededFuture(job)
                        : counted(job).compose(counted -> records.write(counted.in(wanted, ""))))
                .transform(ended -> claim.release().transform(released -> (Future<JobRecord>) ended));
    }

    private Future<Void> later() {
        Promise<Void> later = Promise.promise();
        connection.context().owner().setTimer(LOOK_AGAIN_MILLIS, due -> later.complete());
        return later.future();
    }

    /** All jobs that are written down, the youngest first. */
    public Future<List<JobRecord>> all() {
        return inTime(records.all());
    }

    public Future<Optional<JobRecord>> find(String id) {
        return inTime(records.find(id));
    }

    /** The job with the broker's numbers of this instant, and how many of its messages still wait where they went. */
    public Future<JobNow> now(String id) {
        return found(id).compose(job -> {
            Future<JobRecord> counted = job.state().isOver() ? Future.succeededFuture(job) : counted(job);
            return counted.compose(latest -> isDriven(latest).compose(driven -> JobCounts.waiting(tools, latest)
                    .map(waiting -> new JobNow(latest, waiting, driven))));
        });
    }

    private Future<Boolean> isDriven(JobRecord job) {
        return job.state() != JobState.RUNNING
                ? Future.succeededFuture(false)
                : inTime(tools.room().find(JobClaim.queue(job.id())))
                        .map(found -> found.map(queue -> queue.consumers() > 0).orElse(false));
    }

    private Future<JobRecord> counted(JobRecord job) {
        return inTime(tools.room().find(job.order().queue()))
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(job)
                        : JobCounts.count(tools, job, at -> job.routes().get(at).moved()));
    }

    /**
     * Brings back to the dead-letter queue what a job moved and nobody has taken since, in its order.
     *
     * @return how many came back, and the job; fails with RefusedException while somebody drives it
     */
    public Future<JobNow> undo(String id) {
        return undo(id, Undoing.byBroker(management));
    }

    Future<JobNow> undo(String id, Undoing.Step step) {
        return found(id).compose(this::canBeUndone).compose(job -> claimed(id)
                .compose(claim -> new Undoing(tools, job, step).run().transform(done -> claim.release()
                        .transform(released -> (Future<JobNow>) done))));
    }

    private Future<JobRecord> canBeUndone(JobRecord job) {
        return job.order().selection().contains(CutOff.NUMBER)
                        || job.order().selection().contains(CutOff.ORIGIN)
                ? Future.failedFuture(new RefusedException("job " + job.id() + " chose by where messages died ("
                        + job.order().selection() + "), which they do not tell any more; nothing was moved"))
                : Future.succeededFuture(job);
    }

    /** What an edit would make of a dead letter, and where it would go; changes nothing. */
    public Future<EditPlan> planEdit(DeadLetterQueue queue, String id, Edit edit, Optional<String> to) {
        return editing.plan(queue, id, edit, to);
    }

    /** Replaces the dead letter by the edited message in its target, in one transaction of the broker. */
    public Future<Void> edit(DeadLetterQueue queue, EditPlan plan) {
        return editing.apply(queue, plan);
    }

    /** For putting exported dead letters into a queue. */
    public Future<Import> importInto(DeadLetterQueue queue) {
        return Import.into(letters, publisher, queue);
    }

    /**
     * Deletes dead letters for good, of those that are there now only.
     *
     * @param exporter is shown each whole before any is deleted; empty where none is to be exported
     * @param exported runs after the last was shown and before the first is deleted; what it throws prevents that
     * @return how many were deleted
     */
    public Future<Long> purge(
            DeadLetterQueue queue, Selection selection, Optional<Consumer<DeadLetter>> exporter, Runnable exported) {
        String id = newId("p-");
        Instant now = Instant.now();
        JobOrder order = JobOrder.of(queue.name(), JobRequest.all("").of(selection));
        return inTime(BrokerMove.refuseScheduled(management, queue.name()))
                .compose(fine -> claimed(id))
                .compose(claim -> inTime(claim.mark(publisher))
                        .compose(mark -> planner.lastDeath(queue, order, now)
                                .map(last -> order.and(new CutOff(mark, last, 0).found())))
                        .compose(found -> purge(new Purge(tools, queue, found), exporter, exported))
                        .transform(done -> claim.release().transform(released -> (Future<Long>) done)));
    }

    private static Future<Long> purge(Purge purge, Optional<Consumer<DeadLetter>> exporter, Runnable exported) {
        return exporter.isEmpty()
                ? purge.deleteUnseen()
                : purge.export(exporter.get()).compose(all -> {
                    exported.run();
                    return purge.delete();
                });
    }

    /** How many are meant now. */
    public Future<Long> count(DeadLetterQueue queue, Selection selection) {
        return JobCounts.count(tools, queue.name(), selection);
    }

    private static String newId(String kind) {
        return String.format("%s%08x", kind, ThreadLocalRandom.current().nextInt());
    }

    // Twice: who begins another job may have taken the queue, before it had a receiver, for one that was left behind.
    private Future<JobClaim> claimed(String id) {
        return JobClaim.take(connection, management, id)
                .compose(claim ->
                        claim.isPresent() ? Future.succeededFuture(claim) : JobClaim.take(connection, management, id))
                .compose(claim -> claim.map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new RefusedException(
                                "job " + id + " is driven by another process; watch, pause or cancel it instead"))));
    }

    private Future<JobRecord> found(String id) {
        return find(id).compose(found -> found.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(
                        new RefusedException("there is no job '" + id + "' at " + letters.broker()))));
    }

    private Future<JobRecord> open(String id) {
        return found(id)
                .compose(job -> job.state().isOver() ? Future.failedFuture(over(job)) : Future.succeededFuture(job));
    }

    private static RefusedException over(JobRecord job) {
        return new RefusedException("job " + job.id() + " is " + job.state() + " since "
                + Instant.ofEpochMilli(job.endedAt()).truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }

    private <T> Future<T> inTime(Future<T> asked) {
        return Answers.inTime(asked, letters.broker());
    }
}
