package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.AsyncRedriveJobs;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.JobNow;
import io.millrace.deadletter.JobProgress;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobState;
import io.millrace.runtime.door.DoorRefusedException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redrive jobs, those that this server drives and all others. A job is a record at the broker: when this server ends,
 * those it drove stop where they are, and any process may resume them by their id. Event loop only.
 */
final class DrivenJobs {
    private static final Logger LOGGER = LoggerFactory.getLogger(DrivenJobs.class);
    private static final int MOST_DRIVEN = 8;
    private static final int MOST_LISTED = 200;
    private static final int MOST_REMEMBERED = 100;

    private final LazyDeadLetters broker;
    private final Queues queues;
    private final Runnable onMoved;
    private final Map<String, JobProgress> driven = new HashMap<>();
    private final Map<String, Counted> counted = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private int starting;

    /** @param onMoved called when messages may have left or reached a queue */
    DrivenJobs(LazyDeadLetters broker, Queues queues, Runnable onMoved) {
        this.broker = broker;
        this.queues = queues;
        this.onMoved = onMoved;
    }

    private Future<AsyncRedriveJobs> jobs() {
        return broker.open().map(letters -> letters.jobs());
    }

    /** When the job is on disk; it goes on from then. */
    Future<ObjectNode> start(byte[] body, String who) {
        AskedJob asked = AskedJob.of(body, who);
        return queues.named(asked.queue()).compose(queue -> jobs().compose(jobs -> start(jobs, queue, asked)));
    }

    private Future<ObjectNode> start(AsyncRedriveJobs jobs, DeadLetterQueue queue, AskedJob asked) {
        return drive(progress -> jobs.start(queue, asked.request(), progress));
    }

    /** Drives on a job that paused or stopped, or whose driver was killed. */
    Future<ObjectNode> resume(String id) {
        return jobs().compose(jobs -> drive(progress -> jobs.resume(id, progress)));
    }

    private Future<ObjectNode> drive(Function<Consumer<JobProgress>, Future<JobRecord>> driving) {
        if (driven.size() + starting >= MOST_DRIVEN) {
            throw Words.busy(
                    MOST_DRIVEN + " redrive jobs are driven by this server, expected fewer; wait for one to end");
        }
        starting++;
        Drive drive = new Drive();
        driving.apply(drive::progress).onComplete(ended -> drive.ended(ended.result(), ended.cause()));
        return drive.begun.future();
    }

    /** One job from its begin to its end. */
    private final class Drive {
        private final Promise<ObjectNode> begun = Promise.promise();
        private @Nullable String id;

        void progress(JobProgress progress) {
            driven.put(progress.id(), progress);
            onMoved.run();
            if (id == null) {
                id = progress.id();
                starting--;
                counted.remove(progress.id());
                failures.remove(progress.id());
                begun.complete(Words.object().put("job", progress.id()).put("planned", progress.planned()));
            }
        }

        void ended(@Nullable JobRecord job, @Nullable Throwable failure) {
            String known = id;
            if (known == null) {
                starting--;
                if (job == null) {
                    begun.fail(failure);
                } else {
                    begun.complete(Words.object().putNull("job").put("planned", job.planned()));
                }
                return;
            }
            driven.remove(known);
            counted.remove(known);
            if (failure != null) {
                remember(failures, known, String.valueOf(failure.getMessage()));
                LOGGER.atWarn()
                        .addKeyValue("job", known)
                        .addKeyValue("reason", failure.getMessage())
                        .log("a redrive job is not driven any more; it can be resumed");
            }
        }
    }

    private static <T> void remember(Map<String, T> map, String id, T value) {
        map.remove(id);
        map.put(id, value);
        if (map.size() > MOST_REMEMBERED) {
            map.remove(map.keySet().iterator().next());
        }
    }

    /** The youngest first. */
    Future<ObjectNode> all() {
        return jobs().compose(AsyncRedriveJobs::all)
                .compose(all -> withDrivers(all.stream().limit(MOST_LISTED).toList()));
    }

    private Future<ObjectNode> withDrivers(List<JobRecord> all) {
        Map<String, Future<JobNow>> running = all.stream()
                .filter(job -> job.state() == JobState.RUNNING && !driven.containsKey(job.id()))
                .limit(MOST_DRIVEN)
                .collect(Collectors.toMap(JobRecord::id, job -> now(job.id())));
        return Future.join(List.copyOf(running.values())).transform(asked -> {
            ObjectNode answer = Words.object();
            ArrayNode rows = answer.putArray("jobs");
            for (JobRecord job : all) {
                ObjectNode row = JobJson.of(job, driven.get(job.id()));
                Future<JobNow> known = running.get(job.id());
                row.put(
                        "driven",
                        driven.containsKey(job.id())
                                || (known != null
                                        && known.succeeded()
                                        && known.result().driven()));
                rows.add(row);
            }
            return Future.succeededFuture(answer);
        });
    }

    /** As the broker counts it now, or counted it a moment ago. */
    Future<ObjectNode> show(String id) {
        return now(id).map(now -> {
            JobProgress progress = driven.get(id);
            ObjectNode node = JobJson.of(now.job(), progress);
            JobJson.addNow(node, now, progress != null);
            return node.put("lastFailure", failures.get(id));
        });
    }

    /** Counting may mean looking at a million messages; it takes at most one part in ten of the time. */
    private static final class Counted {
        private static final int SHARE = 10;
        private static final long LEAST_NANOS = Duration.ofMillis(400).toNanos();

        private final long startedNanos = System.nanoTime();
        private final Future<JobNow> future;
        private long endedNanos;

        Counted(Future<JobNow> future) {
            this.future = future;
            future.onComplete(done -> endedNanos = System.nanoTime());
        }

        boolean isGood() {
            if (!future.isComplete()) {
                return true;
            }
            long kept = Math.max(LEAST_NANOS, SHARE * (endedNanos - startedNanos));
            return future.succeeded() && System.nanoTime() - endedNanos < kept;
        }
    }

    private Future<JobNow> now(String id) {
        Counted known = counted.get(id);
        if (known != null && known.isGood()) {
            return known.future;
        }
        Counted counting = new Counted(existing(id).compose(jobs -> jobs.now(id)));
        remember(counted, id, counting);
        return counting.future;
    }

    private Future<AsyncRedriveJobs> existing(String id) {
        return jobs().compose(jobs -> jobs.find(id).map(found -> found.map(job -> jobs)
                .orElseThrow(() -> DoorRefusedException.notFound(
                        "there is no job '" + id + "' at " + broker.address() + ", expected one of the job list"))));
    }

    /** @param wanted PAUSED or CANCELLED; whoever drives it, and whether anybody does */
    Future<ObjectNode> end(String id, JobState wanted) {
        return existing(id).compose(jobs -> jobs.end(id, wanted)).map(job -> {
            counted.remove(id);
            return JobJson.of(job, null).put("driven", false);
        });
    }

    /** Brings back what nobody has taken since. */
    Future<ObjectNode> undo(String id) {
        return existing(id).compose(jobs -> jobs.undo(id)).map(undone -> {
            counted.remove(id);
            onMoved.run();
            return JobJson.of(undone.job(), null).put("broughtBack", undone.waiting());
        });
    }
}
