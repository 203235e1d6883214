package io.millrace.deadletter;

import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import java.util.Map;

/**
 * Brings back what a job moved, step by step, and writes down after each what left the queues: whatever is killed, the
 * server does not count that as lost. For one run; callbacks follow one another.
 */
final class Undoing {
    private final JobTools tools;
    private final Step step;
    /** As it was before. */
    private final JobRecord job;
    /** As it is at the broker. */
    private volatile JobRecord written;

    private volatile Map<String, Long> unwritten = Map.of();

    Undoing(JobTools tools, JobRecord job, Step step) {
        this.tools = tools;
        this.job = job;
        this.written = job;
        this.step = step;
    }

    /** Moves at most {@link BrokerMove#STEP}. */
    @FunctionalInterface
    interface Step {
        Future<Long> move(String from, String to, String selector);
    }

    static Step byBroker(BrokerManagement management) {
        return (from, to, selector) -> BrokerMove.step(management, from, to, selector, BrokerMove.STEP);
    }

    /** @return how many came back, and the job */
    Future<JobNow> run() {
        return JobCounts.waiting(tools, job).compose(before -> bringBack()
                .compose(done -> JobCounts.waiting(tools, job))
                .compose(after -> end(before - after))
                .recover(this::cutShort));
    }

    private Future<JobNow> end(long back) {
        long known = written.undone() - job.undone();
        return tools.records()
                .write(stopped(written).undone(back - known, Map.of()))
                .map(ended -> new JobNow(ended, back, false));
    }

    // Resumed, it would move them again; that is for a person to say.
    private static JobRecord stopped(JobRecord job) {
        return job.state().isOver() ? job : job.in(JobState.CANCELLED, "undone");
    }

    // Of a step whose record was not taken.
    private <T> Future<T> cutShort(Throwable failure) {
        return write().transform(tried -> Future.failedFuture(failure));
    }

    private Future<Void> bringBack() {
        Future<Void> done = Future.succeededFuture();
        for (JobRoute route : job.routesByTarget()) {
            done = done.compose(next -> inTime(tools.room().find(route.target())))
                    .compose(found -> found.isEmpty() ? Future.succeededFuture() : bringBack(route));
        }
        return done;
    }

    private Future<Void> bringBack(JobRoute route) {
        Finder finder = new Finder(tools.letters(), route.target(), job.waiting(route));
        return Steps.repeat(() -> finder.next(BrokerMove.STEP)
                        .compose(batch -> batch.isEmpty()
                                ? Future.succeededFuture(false)
                                : bringBack(route.target(), batch.get())
                                        .map(moved -> moved > 0 || !finder.isForBroker())))
                .onComplete(end -> finder.close());
    }

    private Future<Long> bringBack(String from, String selector) {
        return inTime(step.move(from, job.order().queue(), selector)).compose(moved -> {
            unwritten = moved == 0 ? Map.of() : Map.of(from, moved);
            return write().map(moved);
        });
    }

    private Future<Void> write() {
        if (unwritten.isEmpty()) {
            return Future.succeededFuture();
        }
        long back = unwritten.values().stream().mapToLong(Long::longValue).sum();
        return inTime(tools.records().write(written.undone(back, unwritten)))
                .onSuccess(record -> {
                    written = record;
                    unwritten = Map.of();
                })
                .mapEmpty();
    }

    private <T> Future<T> inTime(Future<T> asked) {
        return Answers.inTime(asked, tools.broker());
    }
}
