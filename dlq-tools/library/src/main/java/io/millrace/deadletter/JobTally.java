package io.millrace.deadletter;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a job has done: counted at the broker and written down from time to time, and what its steps answered since. Of
 * one driver; event loop only.
 */
final class JobTally {
    private static final long OFTEN_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long SELDOM_NANOS = Duration.ofSeconds(30).toNanos();
    // Of the time, at most one part in so many goes into counting.
    private static final int SHARE_OFTEN = 10;
    private static final int SHARE_SELDOM = 20;

    private final JobTools tools;
    private final Consumer<JobProgress> progress;
    private final long startedNanos = System.nanoTime();
    private final long movedBefore;
    private final long returnedBefore;
    private final boolean isFirstDriver;
    private final boolean isOften;
    private final long[] movedAtStart;
    private final long[] answered;
    private JobRecord job;
    private boolean counted;
    private long sinceCount;
    private long sinceCountHere;
    private long countedNanos = startedNanos;
    private long countTookNanos;

    JobTally(JobTools tools, JobRecord job, Consumer<JobProgress> progress) {
        this.tools = tools;
        this.progress = progress;
        this.job = job;
        this.movedBefore = job.moved();
        this.returnedBefore = job.returned();
        this.isFirstDriver = job.version() == 1;
        // Who wrote it down had just counted.
        this.counted = isFirstDriver;
        Pace pace = job.order().pace();
        // Where nothing depends on what comes back, counting would only take time from moving: it reads all page files.
        this.isOften = pace.hasBreaker() || pace.perSecond() > 0;
        this.movedAtStart = job.routes().stream().mapToLong(JobRoute::moved).toArray();
        this.answered = new long[movedAtStart.length];
    }

    /** With the numbers of the last count. */
    JobRecord job() {
        return job;
    }

    JobRoute route(int number) {
        return job.routes().get(number);
    }

    int routes() {
        return job.routes().size();
    }

    /** By the last count and what was answered since. */
    long moved() {
        return job.moved() + sinceCount;
    }

    /** How many of the route that is under way may still be moved. */
    long allowed(JobRoute underWay) {
        return underWay.left() - sinceCountHere;
    }

    /** Whether any route could go on. */
    boolean isUnfinished() {
        return job.routes().stream().anyMatch(each -> each.held().isEmpty() && each.left() > 0);
    }

    boolean isHeld() {
        return job.routes().stream().anyMatch(each -> !each.held().isEmpty());
    }

    void moved(int route, long more) {
        sinceCount += more;
        sinceCountHere += more;
        answered[route] += more;
        counted &= more == 0;
        tell();
    }

    void nextRoute() {
        sinceCountHere = 0;
    }

    void hold(int route, String why) {
        List<JobRoute> routes = new ArrayList<>(job.routes());
        routes.set(route, routes.get(route).held(why));
        job = job.counted(routes, job.returned());
    }

    boolean isCountDue(long nowNanos) {
        long every = isOften ? OFTEN_NANOS : SELDOM_NANOS;
        int share = isOften ? SHARE_OFTEN : SHARE_SELDOM;
        return nowNanos - countedNanos > Math.max(every, share * countTookNanos);
    }

    /** Counts and writes down, unless nothing was moved since the last time. */
    Future<Void> countIfNeeded() {
        return counted ? Future.succeededFuture() : count();
    }

    /** Counts at the broker and writes it down. */
    Future<Void> count() {
        long began = System.nanoTime();
        return JobCounts.count(tools, job, this::movedAtLeast)
                .compose(numbers -> tools.records().write(numbers))
                .map(written -> {
                    job = written;
                    counted = true;
                    sinceCount = 0;
                    sinceCountHere = 0;
                    countedNanos = System.nanoTime();
                    countTookNanos = countedNanos - began;
                    tell();
                    return null;
                });
    }

    // Messages that say nothing of their death and arrive meanwhile look as if they had been there: without this, a
    // job would follow them for ever.
    private long movedAtLeast(int ofRoute) {
        return movedAtStart[ofRoute] + answered[ofRoute];
    }

    /**
     * Why to stop, if more came back than allowed: of what this driver moved, as who resumes a job that stopped has
     * decided on what came back before.
     */
    Optional<String> tooManyReturned(Canary canary) {
        Pace pace = job.order().pace();
        long moved = job.moved() - movedBefore;
        long returned = job.returned() - returnedBefore;
        return pace.hasBreaker() && canary.isEnough(job.moved()) && returned > pace.stopAbove() * moved
                ? Optional.of(String.format(
                        Locale.ROOT, "%d of %d came back, more than %.3g %%", returned, moved, 100 * pace.stopAbove()))
                : Optional.empty();
    }

    /** Writes down how the job ended, or why it stands still. */
    Future<JobRecord> end(JobState state, String stopped) {
        return tools.records().write(job.in(state, outcome(stopped)));
    }

    private String outcome(String stopped) {
        List<String> parts = new ArrayList<>();
        if (!stopped.isEmpty()) {
            parts.add(stopped);
        }
        for (JobRoute each : job.routes()) {
            if (!each.held().isEmpty() && each.left() > 0) {
                parts.add(each.left() + " held: " + each.held());
            }
        }
        long others = job.moved() - Arrays.stream(answered).sum();
        if (isFirstDriver && others > 0) {
            parts.add(others + " of the " + job.moved() + " expired or were taken by others meanwhile");
        }
        return String.join("; ", parts);
    }

    private void tell() {
        double seconds = (System.nanoTime() - startedNanos) / 1e9;
        long moved = Math.min(job.planned(), moved());
        progress.accept(new JobProgress(
                job.id(), moved, job.planned(), job.returned(), (moved - movedBefore) / Math.max(0.001, seconds)));
    }
}
