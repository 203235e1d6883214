package io.millrace.runtime.mapping;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.mapping.ItemClaims.Verdict;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages of one queue in batches, each message group in its order (lambda-semantics 3.5): as
 * {@link QueuePoller}, but a group whose message failed waits until the broker has handed that out again, or has made it
 * a dead letter. Those behind it are held here meanwhile, unsettled. The broker puts what it gets back where it was, so
 * that also a poller that ends in the middle changes no order. Event loop of the connection only, but for
 * {@link #start} and {@link #stop}.
 */
final class OrderedQueuePoller implements SourcePoller {
    private static final Logger LOGGER = LoggerFactory.getLogger(OrderedQueuePoller.class);
    /** A batch takes what comes together. */
    private static final long WINDOW_MILLIS = 10;

    private static final int MOST_CREDIT = 100;
    /** Held here at most, but for those that come back: the groups of these are waiting, and hide the others behind. */
    private static final int MOST_HELD = 1_000;

    private static final long MOST_HELD_BYTES = 32 * 1024 * 1024;
    /** What failed comes back at once, unless somebody removed it. */
    private static final long UNTIL_BACK_MILLIS = 60_000;

    private static final long TICK_MILLIS = 100;
    private static final long GROW_MILLIS = 1_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final FedQueue fed;
    private final EventSourceMapping mapping;
    private final BrokerQueue source;
    private final MappingCounts counts;
    private final MappingSettings settings;
    private final BrokerConnection connection;
    private final Vertx vertx;
    private final Invoker invoker;
    private final Traces traces;
    private final BatchChain chain;
    private final RecordKeys keys;
    private final Predicate<FunctionArn> exists;
    private final Clock clock;
    private final InboundLink link;
    private final EventFilter filter;
    private final BatchConcurrency concurrency;
    private final FirstReceipts firstReceipts = new FirstReceipts();
    private final OrderedMessages messages = new OrderedMessages();
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private final Promise<Void> stopped = Promise.promise();
    private final long madeAtNanos = System.nanoTime();
    private int running;
    private boolean stopping;
    private boolean detaching;
    private boolean paused;
    private boolean isGathering;
    private boolean isTicking;
    private boolean isGrowing;

    /** @param exists whether there is such a function, version or alias; from memory */
    OrderedQueuePoller(
            FedQueue fed,
            BrokerConnection connection,
            Invoker invoker,
            Traces traces,
            RecordKeys keys,
            Predicate<FunctionArn> exists,
            Clock clock) {
        this.fed = fed;
        this.mapping = fed.mapping();
        this.source = fed.queue();
        this.counts = fed.counts();
        this.settings = mapping.settings();
        this.connection = connection;
        this.vertx = connection.context().owner();
        this.invoker = invoker;
        this.traces = traces;
        this.chain = new BatchChain(traces, settings.function());
        this.keys = keys;
        this.exists = exists;
        this.clock = clock;
        this.filter = new EventFilter(settings.filters());
        this.concurrency = new BatchConcurrency(settings.maximumConcurrency());
        this.link = new InboundLink(connection, source.name(), false, this::onMessage, this::attached);
    }

    @Override
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        connection.run(() -> {
            link.open();
            started.complete();
        });
        return started.future();
    }

    @Override
    public Optional<String> lastResult() {
        return fed.health().lastResult();
    }

    @Override
    public Future<OptionalLong> backlog() {
        return fed.backlog().get();
    }

    @Override
    public Future<Void> stop(Duration patience) {
        connection.run(() -> {
            if (!stopping) {
                stopping = true;
                link.drainCredit();
            }
            if (running == 0) {
                detach();
            } else {
                long late = vertx.setTimer(Math.max(1, patience.toMillis()), over -> detach());
                stopped.future().onComplete(ended -> vertx.cancelTimer(late));
            }
        });
        return stopped.future();
    }

    /** What is held goes back with the link, all at once: one by one, others could come between. */
    private void detach() {
        if (!detaching) {
            detaching = true;
            link.close().onComplete(stopped);
        }
    }

    private void attached() {
        messages.lose(untilBack());
        tickLater();
        next();
    }

    private void onMessage(Delivery delivery) {
        try {
            if (!stopping) {
                take(delivery);
            }
        } finally {
            topUp(); // Also after a message that was not understood: its credit is used up.
        }
    }

    private void take(Delivery delivery) {
        String id = EventMessages.id(delivery.message());
        Instant now = clock.instant();
        Instant receivedFirst = firstReceipts.of(id, now);
        counts.polled(1);
        Optional<BrokerRecord> record = source.record(delivery.message(), id, receivedFirst, now);
        if (record.isEmpty()) {
            refuse(
                    new BatchItem(delivery, id, receivedFirst, new byte[0], Optional.empty()),
                    "nothing that its event can hold");
            return;
        }
        if (!record.get().passes(filter)) {
            counts.filteredOut(1);
            delivery.complete();
            return;
        }
        byte[] bytes = record.get().bytes();
        // The digest of one that is refused anyway would only hold up the event loop.
        Optional<ItemKey> key = bytes.length > Batch.MOST_BYTES
                ? Optional.empty()
                : RecordKeys.of(
                        settings.function(), keys.pointer(settings.function()), delivery.message(), record.get());
        BatchItem item = new BatchItem(delivery, id, receivedFirst, bytes, key);
        if (new Batch().hasRoomFor(item)) {
            messages.add(item);
            gather();
        } else {
            refuse(item, "larger than " + Batch.MOST_BYTES + " bytes as an event");
        }
    }

    /** No invocation can take it, and its sender cannot be told: the queue's own rules for failures decide. */
    private void refuse(BatchItem item, String reason) {
        warn(reason);
        messages.refused(item, untilBack());
        failed(List.of(item));
    }

    private void warn(String reason) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.SOURCE, source.name())
                .addKeyValue(LogKeys.REASON, reason)
                .log("message cannot be handed to a function");
    }

    private void gather() {
        if (!isGathering) {
            isGathering = true;
            vertx.setTimer(WINDOW_MILLIS, over -> {
                isGathering = false;
                next();
            });
        }
    }

    /** Runs what can run now, and asks for more. */
    private void next() {
        if (stopping) {
            return;
        }
        if (!paused && !exists.test(settings.function())) {
            pause("the function does not exist");
        }
        if (!paused) {
            runAll();
        }
        if (running >= concurrency.limit()) {
            growLater();
        }
        topUp();
    }

    private void growLater() {
        if (!isGrowing && concurrency.mayGrow()) {
            isGrowing = true;
            vertx.setTimer(GROW_MILLIS, over -> {
                isGrowing = false;
                if (running >= concurrency.limit() && messages.hasNext(elapsedMillis())) {
                    concurrency.waited();
                    next();
                }
            });
        }
    }

    private void runAll() {
        Optional<Batch> batch = batch();
        while (batch.isPresent()) {
            run(batch.get());
            batch = batch();
        }
    }

    private Optional<Batch> batch() {
        return running < concurrency.limit() ? messages.next(settings.batchSize(), elapsedMillis()) : Optional.empty();
    }

    /** Those that come back are always asked for: their groups wait for them. */
    private void topUp() {
        if (stopping) {
            return;
        }
        boolean takesMore = !paused && messages.held() < MOST_HELD && messages.heldBytes() < MOST_HELD_BYTES;
        // Those that are missing are at the head of the queue; what comes instead of them must end somewhere.
        boolean isFull = messages.held() >= 2 * MOST_HELD || messages.heldBytes() >= 2 * MOST_HELD_BYTES;
        int missing = isFull ? 0 : messages.missing();
        int wanted = takesMore ? Math.min(MOST_CREDIT, MOST_HELD - messages.held()) : missing;
        if (link.credit() <= wanted / 2) {
            link.grant(wanted - link.credit());
        }
    }

    /**
     * A batch whose keys are known.
     *
     * @param whole with the messages that do not run now
     * @param left those that run
     */
    private record Claimed(Batch whole, Batch left, ItemClaims<BatchItem> claims) {}

    private void run(Batch batch) {
        running++;
        keys.claim(settings.function(), batch.items(), BatchItem::key)
                .onComplete(claimed -> connection.run(() -> claimed(batch, claimed)));
    }

    private void claimed(Batch batch, AsyncResult<ItemClaims<BatchItem>> answer) {
        if (answer.failed()) {
            untried(batch, String.valueOf(answer.cause().getMessage()));
            ranNothing();
            return;
        }
        ItemClaims<BatchItem> claims = answer.result();
        if (claims.isWhole()) {
            call(new Claimed(batch, batch, claims));
            return;
        }
        claims.holdBack(
                OrderedMessages::group,
                verdict -> verdict == Verdict.WAITS || verdict == Verdict.TWIN || verdict == Verdict.REUSED);
        claims.with(Verdict.REUSED).forEach(item -> warn("its idempotency key came with another payload"));
        Batch left = new Batch();
        claims.with(Verdict.RUNS).forEach(left::add);
        Claimed claimed = new Claimed(batch, left, claims);
        if (left.isEmpty()) {
            conclude(claimed, Set.of());
            ranNothing();
        } else {
            call(claimed);
        }
    }

    private void call(Claimed claimed) {
        long startedAt = System.nanoTime();
        Invocation invocation = new Invocation(
                RequestIds.next(),
                settings.function(),
                InvocationType.REQUEST_RESPONSE,
                claimed.left().event(),
                Optional.empty(),
                chain.attributes(
                        traces.batch(
                                claimed.left().items(), item -> item.delivery().message()),
                        claimed.left().items(),
                        BatchItem::traceHeader));
        Future.<Void>succeededFuture() // a function that was deleted just now is refused at once
                .compose(start -> invoker.call(invocation))
                .onComplete(answer -> connection.run(() -> answered(claimed, startedAt, answer)));
    }

    /** Keys first: a message that the broker has no more must not run again under another one's. */
    private void answered(Claimed claimed, long startedAt, AsyncResult<Invoker.Answer> answer) {
        ItemClaims.Rest rest =
                answer.succeeded() ? ItemClaims.Rest.of(answer.result().outcome()) : ItemClaims.Rest.of(answer.cause());
        Set<BatchItem> done = claimed.claims().hasClaims() ? succeeded(claimed.left(), answer) : Set.of();
        claimed.claims().end(done, rest).onComplete(stored -> connection.run(() -> ended(claimed, startedAt, answer)));
    }

    /** Those before the first of their group that failed. */
    private Set<BatchItem> succeeded(Batch batch, AsyncResult<Invoker.Answer> answer) {
        if (answer.failed() || !(answer.result().outcome() instanceof Outcome.Succeeded succeeded)) {
            return Set.of();
        }
        Set<String> failed = failures(batch, succeeded.response());
        Set<String> failing = new HashSet<>();
        Set<BatchItem> done = new HashSet<>();
        for (BatchItem item : batch.items()) {
            String group = OrderedMessages.group(item);
            if (failed.contains(item.id())) {
                failing.add(group);
            } else if (!failing.contains(group)) {
                done.add(item);
            }
        }
        return done;
    }

    private void ended(Claimed claimed, long startedAt, AsyncResult<Invoker.Answer> answer) {
        if (answer.succeeded()) {
            // More of quick ones at once would only be smaller ones.
            concurrency.ran(System.nanoTime() - startedAt, false, claimed.left().bytes());
            settle(claimed, answer.result().outcome());
        } else if (answer.cause() instanceof RecursiveCallException) {
            stopped(claimed);
        } else {
            untried(claimed.whole(), String.valueOf(answer.cause().getMessage()));
        }
        ranOne();
        next();
    }

    private void ranOne() {
        running--;
        if (stopping && running == 0) {
            detach();
        }
    }

    /** The next one in a turn of its own: there may be many, each answered at once. */
    private void ranNothing() {
        ranOne();
        connection.context().runOnContext(turn -> next());
    }

    private void settle(Claimed claimed, Outcome outcome) {
        Batch left = claimed.left();
        outcome.match(new Outcome.Cases<Void>() {
            @Override
            public Void succeeded(Outcome.Succeeded succeeded) {
                backoff.reset();
                counts.invoked(left.size());
                conclude(claimed, failures(left, succeeded.response()));
                return null;
            }

            @Override
            public Void functionError(Outcome.FunctionError error) {
                counts.invoked(left.size());
                conclude(claimed, ids(left.items()));
                return null;
            }

            @Override
            public Void throttled(Outcome.Throttled throttled) {
                untried(claimed.whole(), throttled.reason().wireName());
                return null;
            }
        });
    }

    /** Whose chain of calls is too long has failed; the others stay where they are. */
    private void stopped(Claimed claimed) {
        List<BatchItem> left = claimed.left().items();
        Set<BatchItem> tooLong = chain.stopped(left, BatchItem::traceHeader);
        Set<String> others =
                ids(left.stream().filter(item -> !tooLong.contains(item)).toList());
        counts.failedInvoke(others.size());
        conclude(claimed, ids(List.copyOf(tooLong)), others);
    }

    private Set<String> failures(Batch batch, byte[] response) {
        Set<String> ids = ids(batch.items());
        return settings.reportsItemFailures() ? ItemFailures.read(response, ids).orElse(ids) : Set.of();
    }

    private static Set<String> ids(List<BatchItem> items) {
        return items.stream().map(BatchItem::id).collect(Collectors.toSet());
    }

    /** @param failures of those that ran */
    private void conclude(Claimed claimed, Set<String> failures) {
        conclude(claimed, failures, Set.of());
    }

    /** @param untried ids of those that were to run and did not */
    private void conclude(Claimed claimed, Set<String> failures, Set<String> untried) {
        boolean isWhole = claimed.claims().isWhole();
        Set<String> failed = new HashSet<>(failures);
        if (!isWhole) {
            failed.addAll(ids(claimed.claims().with(Verdict.REUSED)));
        }
        Set<String> waiting = new HashSet<>(untried);
        if (!isWhole) {
            waiting.addAll(ids(claimed.claims().with(Verdict.WAITS, Verdict.TWIN)));
        }
        if (failed.isEmpty()) {
            fed.health().succeeded();
        } else {
            fed.health().failed();
        }
        OrderedMessages.Ending ending = messages.ended(claimed.whole(), failed, waiting, elapsedMillis(), untilBack());
        counts.done(ending.done().size());
        for (BatchItem item : ending.done()) {
            firstReceipts.done(item.id());
            item.delivery().complete();
        }
        if (!ending.failed().isEmpty()) {
            failed(ending.failed());
        }
        if (!waiting.isEmpty()) {
            tickLater();
        }
    }

    private void untried(Batch batch, String reason) {
        counts.failedInvoke(batch.size());
        messages.untried(batch);
        pause(reason);
    }

    /** Counted by the broker, which delivers them again or moves them to its dead-letter address. */
    private void failed(List<BatchItem> items) {
        counts.failedInvoke(items.size());
        List<BatchItem> told =
                items.stream().filter(item -> item.delivery().isLive()).toList();
        for (BatchItem item : told) {
            firstReceipts.failed(item.id(), item.receivedFirst());
            item.delivery().retryLater();
        }
        fed.policy().get().onComplete(answer -> connection.run(() -> forgetDead(told, answer)));
        tickLater();
    }

    private void forgetDead(List<BatchItem> failed, AsyncResult<QueuePolicy> policy) {
        if (policy.failed()) {
            LOGGER.atDebug()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .setCause(policy.cause())
                    .log("number of attempts of a queue not known; groups wait for messages that may be dead");
            return;
        }
        failed.stream()
                .filter(item -> policy.result()
                        .endsAfter(EventMessages.attempt(item.delivery().message())))
                .forEach(messages::forget);
        next();
    }

    /** As long as something rests or is waited for. */
    private void tickLater() {
        if (!isTicking) {
            isTicking = true;
            vertx.setTimer(TICK_MILLIS, tick -> {
                isTicking = false;
                tick();
            });
        }
    }

    private void tick() {
        if (stopping) {
            return;
        }
        long now = elapsedMillis();
        if (connection.isUp()) {
            for (String id : messages.closeOverdue(now)) {
                LOGGER.atWarn()
                        .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                        .addKeyValue(LogKeys.SOURCE, source.name())
                        .addKeyValue("messageId", id)
                        .log("message that failed did not come back; the next of its group runs");
            }
        }
        next();
        if (messages.missing() > 0 || messages.rests(now)) {
            tickLater();
        }
    }

    private long untilBack() {
        return elapsedMillis() + UNTIL_BACK_MILLIS;
    }

    /** Since this was made. The wall clock may be set: a group would rest for hours, or not wait for what comes back. */
    private long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - madeAtNanos);
    }

    private void pause(String reason) {
        if (paused || stopping) {
            return;
        }
        paused = true;
        concurrency.failed();
        long millis = backoff.next().toMillis();
        LOGGER.atDebug()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.FUNCTION, settings.function())
                .addKeyValue(LogKeys.REASON, reason)
                .addKeyValue(LogKeys.MILLIS, millis)
                .log("polling pauses");
        vertx.setTimer(millis, over -> {
            paused = false;
            next();
        });
    }
}
