package io.millrace.deadletter;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Redrives as jobs, for callers that may block; all as AsyncRedriveJobs says. Blocking; one thread at a time. */
public final class RedriveJobs {
    private final AsyncRedriveJobs async;

    RedriveJobs(AsyncRedriveJobs async) {
        this.async = async;
    }

    /** What a job would move where. */
    public JobPlan plan(DeadLetterQueue queue, JobRequest request) {
        return DeadLetters.await(async.plan(queue, request));
    }

    /** Writes a new job down and drives it until it ends, pauses or stops. */
    public JobRecord start(DeadLetterQueue queue, JobRequest request, Consumer<JobProgress> progress) {
        return DeadLetters.await(async.start(queue, request, progress));
    }

    /** Drives a job on that paused or stopped, or whose driver was killed. */
    public JobRecord resume(String id, Consumer<JobProgress> progress) {
        return DeadLetters.await(async.resume(id, progress));
    }

    /** @param wanted PAUSED or CANCELLED */
    public JobRecord end(String id, JobState wanted) {
        return DeadLetters.await(async.end(id, wanted));
    }

    public List<JobRecord> all() {
        return DeadLetters.await(async.all());
    }

    public Optional<JobRecord> find(String id) {
        return DeadLetters.await(async.find(id));
    }

    public JobNow now(String id) {
        return DeadLetters.await(async.now(id));
    }

    /** Brings back what nobody has taken since. */
    public JobNow undo(String id) {
        return DeadLetters.await(async.undo(id));
    }

    public EditPlan planEdit(DeadLetterQueue queue, String id, Edit edit, Optional<String> to) {
        return DeadLetters.await(async.planEdit(queue, id, edit, to));
    }

    public void edit(DeadLetterQueue queue, EditPlan plan) {
        DeadLetters.await(async.edit(queue, plan));
    }

    /** What was imported before; {@link #add} then adds to it. */
    public Import importInto(DeadLetterQueue queue) {
        return DeadLetters.await(async.importInto(queue));
    }

    /** Adds them; returns how many were not there already. */
    public long add(Import to, List<ExportedDeadLetter> exported) {
        List<Future<Boolean>> added = exported.stream().map(to::add).toList();
        DeadLetters.await(Future.all(added));
        return added.stream().filter(Future::result).count();
    }

    /** Deletes them without writing them anywhere. */
    public long purge(DeadLetterQueue queue, Selection selection) {
        return DeadLetters.await(async.purge(queue, selection, Optional.empty(), () -> {}));
    }

    /**
     * Deletes them after they were exported.
     *
     * @param exporter is shown each, on an event loop
     * @param exported runs after the last was shown and before the first is deleted
     */
    public long purge(DeadLetterQueue queue, Selection selection, Consumer<DeadLetter> exporter, Runnable exported) {
        return DeadLetters.await(async.purge(queue, selection, Optional.of(exporter), exported));
    }

    public long count(DeadLetterQueue queue, Selection selection) {
        return DeadLetters.await(async.count(queue, selection));
    }
}
