package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.RequestIds;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceMessage;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.mapping.ItemClaims.Rest;
import io.millrace.runtime.mapping.ItemClaims.Verdict;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages of a queue that is not the broker's own, has the function run each batch, and deletes what succeeded
 * (lambda-semantics 3.5). What failed is left to the queue, which hands it out again when its time is over. Receives
 * and settles on threads of its own.
 */
final class MessagePoller implements SourcePoller {
    private static final Logger LOGGER = LoggerFactory.getLogger(MessagePoller.class);
    /** Of a mapping that does not say; what Lambda starts with. */
    private static final int BATCHES_AT_ONCE = 5;

    private static final int RECEIVERS = 2;
    /** After the patience of a stop. */
    private static final Duration UNTIL_LEFT_ALONE = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EventSourceMapping mapping;
    private final Supplier<GuardedQueue> open;
    private final Vertx vertx;
    private final Invoker invoker;
    private final Traces traces;
    private final BatchChain chain;
    private final RecordKeys keys;
    private final BooleanSupplier functionExists;
    private final SourceHealth health;
    private final EventFilter filter;
    private final int batchesAtOnce;
    private final Semaphore permits;
    private final RestingBatches resting = new RestingBatches();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<GuardedQueue> source = new CompletableFuture<>();
    private final Promise<Void> stopped = Promise.promise();
    /** Interrupted at a stop. */
    private final ExecutorService receivers;
    /** Never interrupted: a message that was handled is deleted. */
    private final ExecutorService settlers;

    /**
     * @param open blocks until the source is open, or fails as EventSourceKind.open does
     * @param functionExists from memory
     */
    MessagePoller(
            EventSourceMapping mapping,
            MappingCounts counts,
            Supplier<GuardedQueue> open,
            Vertx vertx,
            Invoker invoker,
            Traces traces,
            RecordKeys keys,
            BooleanSupplier functionExists) {
        this.mapping = mapping;
        this.open = open;
        this.vertx = vertx;
        this.invoker = invoker;
        this.traces = traces;
        this.chain = new BatchChain(traces, mapping.settings().function());
        this.keys = keys;
        this.functionExists = functionExists;
        this.health = new SourceHealth(mapping, counts);
        this.filter = new EventFilter(mapping.settings().filters());
        this.batchesAtOnce = mapping.settings().maximumConcurrency().orElse(BATCHES_AT_ONCE);
        this.permits = new Semaphore(batchesAtOnce);
        this.receivers = threads("receive");
        this.settlers = threads("settle");
    }

    private ExecutorService threads(String task) {
        AtomicInteger count = new AtomicInteger();
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "mapping-" + mapping.uuid() + "-" + task + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Future<Void> start() {
        receivers.execute(() -> interruptibly(() -> source.complete(opened())));
        for (int i = 0; i < RECEIVERS; i++) {
            receivers.execute(() -> interruptibly(() -> receive(source.get())));
        }
        return Future.succeededFuture(); // Also while it is away: a mapping can be changed then.
    }

    @Override
    public Optional<String> lastResult() {
        return health.lastResult();
    }

    @Override
    public Future<Void> stop(Duration patience) {
        stopping.countDown();
        receivers.shutdownNow();
        long leave = vertx.setTimer(
                patience.plus(UNTIL_LEFT_ALONE).toMillis(), stuck -> left("queue of a mapping does not close"));
        settle(() -> interruptibly(() -> {
            long end = System.nanoTime() + patience.toNanos();
            boolean receiversEnded = receivers.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
            boolean batchesEnded =
                    permits.tryAcquire(batchesAtOnce, Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            resting.takeAll().forEach(rests -> giveBack(rests.from(), rests.batch()));
            close();
            settlers.shutdown();
            if (receiversEnded && batchesEnded) {
                stopped.tryComplete();
            } else {
                left("batches abandoned, will run again");
            }
        }));
        return stopped.future().onComplete(ended -> vertx.cancelTimer(leave));
    }

    private void left(String how) {
        if (stopped.tryComplete()) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .addKeyValue(LogKeys.SOURCE, mapping.source().label())
                    .log(how);
        }
    }

    private void close() throws InterruptedException, ExecutionException {
        if (source.isDone()) {
            try {
                source.get().close();
            } catch (SourceAwayException away) {
                debug(String.valueOf(away.getMessage()), "queue of a mapping did not close well");
            }
        }
    }

    /** Waits for a source that is away, and for one that is refused now: it may be made again. */
    private GuardedQueue opened() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            try {
                GuardedQueue opened = open.get();
                health.back(label());
                return opened;
            } catch (SourceAwayException | SourceRefusedException notNow) {
                health.away(label(), String.valueOf(notNow.getMessage()));
                pause(notNow.getMessage(), backoff.next());
            }
        }
    }

    private String label() {
        return mapping.source().label();
    }

    private void receive(GuardedQueue from) throws InterruptedException {
        MessageReceiver receiver = new MessageReceiver(from, mapping, filter, health.counts());
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            if (!functionExists.getAsBoolean()) {
                pause("the function does not exist", LONGEST_PAUSE);
                continue;
            }
            permits.acquire();
            boolean runs = false;
            try {
                Optional<MessageBatch> batch = receiver.next();
                backoff.reset();
                health.back(label());
                runs = batch.isPresent();
                batch.ifPresent(filled -> run(from, filled, new Backoff(FIRST_PAUSE, LONGEST_PAUSE)));
            } catch (SourceAwayException away) {
                health.away(label(), String.valueOf(away.getMessage()));
                pause(away.getMessage(), backoff.next());
            } finally {
                if (!runs) {
                    free();
                }
            }
        }
    }

    /** Not on an event loop: it may look into all the messages. */
    private void run(GuardedQueue from, MessageBatch batch, Backoff backoff) {
        FunctionArn function = mapping.settings().function();
        Run run = new Run(from, batch, List.of(), backoff);
        Future<ItemClaims<SourceMessage>> claims = Future.<Void>succeededFuture()
                // messages that cannot be read are like a store that is away
                .compose(start -> keys.claimPicked(function, batch.messages(), from::view));
        if (claims.succeeded() && !claims.result().hasClaims()) { // Most have no keys, and need no other thread.
            claimed(run, claims);
        } else {
            claims.onComplete(answer -> settle(() -> claimed(run, answer)));
        }
    }

    /**
     * @param batch what the function gets
     * @param waiting messages whose idempotency key is in use; they are tried again later
     */
    private record Run(GuardedQueue from, MessageBatch batch, List<SourceMessage> waiting, Backoff backoff) {
        /** As it came. */
        MessageBatch whole() {
            List<SourceMessage> all = new ArrayList<>(batch.messages());
            all.addAll(waiting);
            return batch.of(all);
        }
    }

    private void claimed(Run run, AsyncResult<ItemClaims<SourceMessage>> answer) {
        if (answer.failed()) {
            tryAgain(run.from(), run.batch(), String.valueOf(answer.cause().getMessage()), run.backoff());
            return;
        }
        ItemClaims<SourceMessage> claims = answer.result();
        if (claims.isWhole()) {
            call(run, claims);
            return;
        }
        if (run.from().isOrdered()) { // Whatever group a message is of: a batch of such a queue is small.
            claims.holdBack(message -> true, verdict -> verdict == Verdict.WAITS || verdict == Verdict.TWIN);
        }
        deleteDuplicates(run.from(), claims.with(Verdict.DONE));
        Run left = new Run(
                run.from(),
                run.batch().of(claims.with(Verdict.RUNS)),
                claims.with(Verdict.WAITS, Verdict.TWIN),
                run.backoff());
        if (left.batch().isEmpty()) {
            runWaiting(left);
        } else {
            call(left, claims);
        }
    }

    private void deleteDuplicates(GuardedQueue from, List<SourceMessage> duplicates) {
        if (duplicates.isEmpty()) {
            return;
        }
        try {
            from.delete(duplicates);
            health.succeeded();
            health.counts().done(duplicates.size());
        } catch (SourceAwayException away) {
            debug(String.valueOf(away.getMessage()), "messages were handled before and not deleted, they come again");
        }
    }

    /** What is left of a batch. */
    private void runWaiting(Run run) {
        if (run.waiting().isEmpty()) {
            free();
            return;
        }
        MessageBatch batch = run.batch().of(run.waiting());
        Duration pause = run.backoff().next();
        if (resting.isFull() || !hasTimeAfter(pause, batch)) {
            again(run.from(), batch, pause, "idempotency keys are in use", run.backoff());
            return;
        }
        RestingBatch rests = new RestingBatch(run.from(), batch, run.backoff());
        resting.add(rests);
        free(); // Others run meanwhile.
        vertx.setTimer(pause.toMillis(), over -> settle(() -> rested(rests)));
    }

    private void rested(RestingBatch rests) {
        if (permits.tryAcquire()) {
            if (resting.take(rests)) {
                run(rests.from(), rests.batch(), rests.backoff());
            } else {
                free();
            }
        } else if (resting.isDue(rests)) {
            Duration pause = rests.backoff().next();
            if (hasTimeAfter(pause, rests.batch())) {
                vertx.setTimer(pause.toMillis(), over -> settle(() -> rested(rests)));
            } else if (stopping.getCount() > 0 && resting.take(rests)) { // A stop does that itself, before it closes.
                giveBack(rests.from(), rests.batch());
            }
        }
    }

    private boolean hasTimeAfter(Duration pause, MessageBatch batch) {
        return stopping.getCount() > 0 && batch.isOursAfter(pause);
    }

    /** The permit of a batch that ended goes to one that rested, before others are received. */
    private void free() {
        Optional<RestingBatch> due = stopping.getCount() > 0 ? resting.takeDue() : Optional.empty();
        if (due.isPresent()) {
            run(due.get().from(), due.get().batch(), due.get().backoff());
        } else {
            permits.release();
        }
    }

    private void call(Run run, ItemClaims<SourceMessage> claims) {
        Invocation invocation = new Invocation(
                RequestIds.next(),
                mapping.settings().function(),
                InvocationType.REQUEST_RESPONSE,
                run.batch().event(),
                Optional.empty(),
                chain.attributes(
                        traces.records(run.batch().messages(), SourceMessage::trace),
                        run.batch().messages(),
                        SourceMessage::trace));
        Future.<Void>succeededFuture() // a function that was deleted just now is refused at once
                .compose(start -> invoker.call(invocation))
                .onComplete(answer -> settle(
                        () -> answered(run, claims, answer),
                        () -> claims.end(done(run, claims, answer), rest(answer)))); // Known, if too late to delete.
    }

    /** Keys first: a message that was deleted must not run again under another one's. */
    private void answered(Run run, ItemClaims<SourceMessage> claims, AsyncResult<Invoker.Answer> answer) {
        if (claims.hasClaims()) {
            claims.end(done(run, claims, answer), rest(answer)).onComplete(stored -> settle(() -> ended(run, answer)));
        } else {
            ended(run, answer);
        }
    }

    private static Rest rest(AsyncResult<Invoker.Answer> answer) {
        return answer.succeeded() ? Rest.of(answer.result().outcome()) : Rest.of(answer.cause());
    }

    private Set<SourceMessage> done(Run run, ItemClaims<SourceMessage> claims, AsyncResult<Invoker.Answer> answer) {
        return claims.hasClaims()
                        && answer.succeeded()
                        && answer.result().outcome() instanceof Outcome.Succeeded succeeded
                ? Set.copyOf(done(run.batch(), succeeded.response()))
                : Set.of();
    }

    private void ended(Run run, AsyncResult<Invoker.Answer> answer) {
        GuardedQueue from = run.from();
        MessageBatch batch = run.batch();
        if (answer.cause() instanceof RecursiveCallException) {
            stopped(run);
            return;
        }
        if (answer.failed()) {
            tryAgain(from, run.whole(), String.valueOf(answer.cause().getMessage()), run.backoff());
            return;
        }
        if (answer.result().outcome() instanceof Outcome.Throttled throttled) {
            tryAgain(from, run.whole(), throttled.reason().wireName(), run.backoff());
            return;
        }
        boolean isGone = false;
        try {
            health.counts().invoked(batch.messages().size());
            if (answer.result().outcome() instanceof Outcome.Succeeded succeeded) {
                isGone = delete(from, batch, succeeded.response());
            } else { // A function error.
                health.failed();
                health.counts().failedInvoke(batch.messages().size());
            }
        } catch (SourceAwayException away) {
            debug(String.valueOf(away.getMessage()), "messages were handled and not deleted, they come again");
        } finally {
            if (from.isOrdered() && !isGone && !run.waiting().isEmpty()) {
                giveBack(from, run.batch().of(run.waiting())); // They must not run before what is to come again.
                free();
            } else {
                runWaiting(run);
            }
        }
    }

    /** Whose chain is too long has failed, and is left to the queue; that costs the others no receipt. */
    private void stopped(Run run) {
        List<SourceMessage> batch = run.batch().messages();
        Set<SourceMessage> tooLong = chain.stopped(batch, SourceMessage::trace);
        health.failed();
        health.counts().failedInvoke(batch.size());
        List<SourceMessage> others = new ArrayList<>(run.whole().messages());
        others.removeAll(tooLong);
        if (run.from().isOrdered()) { // Nobody here knows groups: what is behind it must not run before it.
            int before = (int) batch.stream()
                    .takeWhile(message -> !tooLong.contains(message))
                    .count();
            List<SourceMessage> behind = others.subList(before, others.size());
            giveBack(run.from(), run.batch().of(behind));
            behind.clear();
        }
        if (others.isEmpty()) {
            free();
            return;
        }
        MessageBatch left = run.batch().of(others);
        again(run.from(), left, run.backoff().next(), "a chain of calls is too long", run.backoff());
    }

    /** @return whether nothing of it comes again */
    private boolean delete(GuardedQueue from, MessageBatch batch, byte[] response) {
        List<SourceMessage> done = done(batch, response);
        int failed = batch.messages().size() - done.size();
        health.counts().failedInvoke(failed);
        if (failed == 0) {
            health.succeeded();
        } else {
            health.failed();
        }
        if (!done.isEmpty()) {
            from.delete(done);
            health.counts().done(done.size());
        }
        return failed == 0;
    }

    private List<SourceMessage> done(MessageBatch batch, byte[] response) {
        Optional<Set<String>> failures = mapping.settings().reportsItemFailures()
                ? ItemFailures.read(response, batch.ids())
                : Optional.of(Set.of());
        return failures.stream()
                .flatMap(failed -> batch.messages().stream().filter(message -> !failed.contains(message.id())))
                .toList();
    }

    /** It did not run, or nobody can tell; while the messages are ours that costs no receipt. */
    private void tryAgain(GuardedQueue from, MessageBatch batch, String reason, Backoff backoff) {
        health.counts().failedInvoke(batch.messages().size());
        again(from, batch, backoff.next(), reason, backoff);
    }

    private void again(GuardedQueue from, MessageBatch batch, Duration pause, String reason, Backoff backoff) {
        if (hasTimeAfter(pause, batch)) {
            debug(reason, "batch waits");
            vertx.setTimer(pause.toMillis(), over -> settle(() -> run(from, batch, backoff)));
            return;
        }
        giveBack(from, batch);
        free();
    }

    private void giveBack(GuardedQueue from, MessageBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            from.giveBack(batch.messages());
        } catch (SourceAwayException away) {
            debug(String.valueOf(away.getMessage()), "messages were not given back, they come again later");
        }
    }

    private void pause(@Nullable String reason, Duration pause) throws InterruptedException {
        debug(String.valueOf(reason), "polling pauses");
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException();
        }
    }

    private void debug(String reason, String what) {
        LOGGER.atDebug()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.FUNCTION, mapping.settings().function())
                .addKeyValue(LogKeys.REASON, reason)
                .log(what);
    }

    private void settle(Runnable work) {
        settle(work, () -> {});
    }

    /** @param tooLate instead, after the stop */
    private void settle(Runnable work, Runnable tooLate) {
        try {
            settlers.execute(work);
        } catch (RejectedExecutionException afterTheStop) {
            debug("stopped", "answer of an abandoned batch");
            tooLate.run();
        }
    }

    private interface Interruptible {
        void run() throws InterruptedException, ExecutionException;
    }

    private static void interruptibly(Interruptible work) {
        try {
            work.run();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("a source is opened until it is there", impossible);
        }
    }
}
