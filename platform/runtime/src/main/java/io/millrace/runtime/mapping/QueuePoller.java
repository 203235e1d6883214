package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonPointer;
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
import java.util.ArrayDeque;
import java.util.Deque;
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
 * Takes messages of one queue in batches, has the function run each batch, and tells the broker about each message how
 * it ended (lambda-semantics 3.5). Until then the broker has them all, so that a process that dies loses none. Event
 * loop of the connection only, but for {@link #start} and {@link #stop}.
 */
final class QueuePoller implements SourcePoller {
    private static final Logger LOGGER = LoggerFactory.getLogger(QueuePoller.class);
    /** A batch without a window takes what comes together. */
    private static final long SHORTEST_WINDOW_MILLIS = 10;
    /** On their way at most: a large batch of large messages must not fill the memory before its size is known. */
    private static final int MOST_CREDIT = 100;

    private static final long GROW_MILLIS = 1_000;

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    /** Messages whose idempotency key is in use are tried again as often. */
    private static final long PARKED_MILLIS = 1_000;
    /** After batches that fail one after the other. */
    private static final long LONGEST_PAUSE_AFTER_ERROR_MILLIS = 1_000;

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
    private final FirstReceipts firstReceipts = new FirstReceipts();
    private final ParkedItems parked = new ParkedItems();
    private final RestingItems resting;
    private final ReadAhead readAhead = new ReadAhead(System.nanoTime());
    private final BatchConcurrency concurrency;
    private final long windowMillis;
    private final Promise<Void> stopped = Promise.promise();
    private final Deque<Batch> full = new ArrayDeque<>();
    private Batch filling;
    /** To keys in its records. */
    private Optional<JsonPointer> pointer = Optional.empty();
    /** In {@link #full}. */
    private int fullMessages;

    private long fillingSince;
    private boolean isTiming;
    private boolean isUnparking;
    private boolean isGrowing;
    private boolean isDue;
    /** With so much credit left, there may be reason to grant more. */
    private int creditLow;

    private int running;
    private boolean stopping;
    private boolean detaching;
    private boolean paused;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /** @param exists whether there is such a function, version or alias; from memory */
    QueuePoller(
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
        this.filling = new Batch(source.frame());
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
        this.resting = new RestingItems(connection, fed.policy());
        this.concurrency = new BatchConcurrency(
                settings.maximumConcurrency().isPresent() ? settings.maximumConcurrency() : source.batchesAtOnce());
        this.windowMillis = Math.max(SHORTEST_WINDOW_MILLIS, settings.window().toMillis());
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
                giveBackHeld();
                resting.giveBackAll();
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

    private void detach() {
        if (!detaching) {
            detaching = true;
            link.close().onComplete(stopped);
        }
    }

    private void attached() {
        // What came by the link before is with the broker again.
        full.clear();
        fullMessages = 0;
        parked.takeAll();
        resting.giveBackAll();
        fillAnew();
        next();
    }

    private void onMessage(Delivery delivery) {
        try {
            take(delivery);
        } finally {
            // Also after a message that was not understood: its credit is used up.
            if ((!full.isEmpty() && running < concurrency.limit()) || link.credit() <= creditLow) {
                next();
            }
        }
    }

    private void take(Delivery delivery) {
        if (stopping) {
            delivery.release();
            return;
        }
        String id = EventMessages.id(delivery.message());
        Instant now = clock.instant();
        Instant receivedFirst = firstReceipts.of(id, now);
        counts.polled(1);
        Optional<BrokerRecord> record = source.record(delivery.message(), id, receivedFirst, now);
        if (record.isEmpty()) {
            refuse(
                    new BatchItem(delivery, id, receivedFirst, new byte[0], Optional.empty()),
                    "neither text nor bytes of JMS");
            return;
        }
        if (!record.get().passes(filter)) {
            counts.filteredOut(1);
            delivery.complete();
            return;
        }
        if (filling.isEmpty()) { // Not for each message.
            pointer = keys.pointer(settings.function());
        }
        byte[] bytes = record.get().bytes();
        // The digest of one that is refused anyway would only hold up the event loop.
        Optional<ItemKey> key = bytes.length > Batch.MOST_BYTES
                ? Optional.empty()
                : RecordKeys.of(settings.function(), pointer, delivery.message(), record.get());
        BatchItem item = new BatchItem(delivery, id, receivedFirst, bytes, key);
        if (!place(item)) {
            refuse(item, "larger than " + Batch.MOST_BYTES + " bytes as an event");
        }
    }

    /** @return false for one that is too large to be alone */
    private boolean place(BatchItem item) {
        if (!filling.isEmpty() && !filling.hasRoomFor(item)) {
            endFilling();
        }
        boolean fits = filling.hasRoomFor(item);
        if (fits) {
            add(item);
        }
        return fits;
    }

    private void add(BatchItem item) {
        if (filling.isEmpty()) {
            fillingSince = System.nanoTime();
            windowBegins(windowMillis);
        }
        filling.add(item);
        if (filling.size() >= settings.batchSize()) {
            endFilling();
        }
    }

    /** One timer at a time, however many batches fill up before it ends. */
    private void windowBegins(long millis) {
        if (!isTiming) {
            isTiming = true;
            vertx.setTimer(millis, over -> {
                isTiming = false;
                windowOver();
            });
        }
    }

    private void windowOver() {
        if (filling.isEmpty()) {
            return;
        }
        long left = windowMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - fillingSince);
        if (left > 0) {
            windowBegins(left);
        } else {
            isDue = true;
            next();
        }
    }

    private void endFilling() {
        fullMessages += filling.size();
        full.add(fillAnew());
    }

    /** Starts another batch; returns the one before. */
    private Batch fillAnew() {
        Batch before = filling;
        filling = new Batch(source.frame());
        isDue = false;
        return before;
    }

    /** No invocation can take it, and its sender cannot be told: the queue's own rules for failures decide. */
    private void refuse(BatchItem item, String reason) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.SOURCE, source.name())
                .addKeyValue(LogKeys.REASON, reason)
                .log("message cannot be handed to a function");
        countFailed(item);
        item.delivery().retryLater(); // Without a rest, which would not change it.
    }

    /** Runs what can run now, and asks for more. */
    private void next() {
        if (stopping || paused) {
            return;
        }
        if (!exists.test(settings.function())) {
            giveBackHeld();
            pause("the function does not exist", LONGEST_PAUSE_MILLIS);
            return;
        }
        while (running < concurrency.limit() && (!full.isEmpty() || isDue)) {
            run(full.isEmpty() ? fillAnew() : removeFull());
        }
        if (mustWait()) {
            growLater();
        }
        topUp();
    }

    private boolean mustWait() {
        return !stopping && !paused && (!full.isEmpty() || isDue) && running >= concurrency.limit();
    }

    private void growLater() {
        if (!isGrowing && concurrency.mayGrow()) {
            isGrowing = true;
            vertx.setTimer(GROW_MILLIS, over -> {
                isGrowing = false;
                if (mustWait()) {
                    concurrency.waited();
                    next();
                }
            });
        }
    }

    private Batch removeFull() {
        Batch first = full.remove();
        fullMessages -= first.size();
        return first;
    }

    /** Beyond what it reads ahead, only so much that the next batch can be filled. */
    private void topUp() {
        if (stopping || paused) {
            return;
        }
        boolean canRun = running < concurrency.limit() || concurrency.mayGrow(); // Which it does when one waits.
        int fill = canRun && full.isEmpty() ? Math.min(MOST_CREDIT, settings.batchSize() - filling.size()) : 0;
        int wanted = Math.max(fill, readAhead.messages() - fullMessages - filling.size());
        creditLow = wanted / 2;
        if (link.credit() <= creditLow) {
            link.grant(wanted - link.credit());
        }
    }

    private void run(Batch batch) {
        running++;
        keys.claim(settings.function(), batch.items(), BatchItem::key)
                .onComplete(claimed -> connection.run(() -> claimed(batch, claimed)));
    }

    private void claimed(Batch batch, AsyncResult<ItemClaims<BatchItem>> claimed) {
        if (claimed.failed()) {
            notRun(batch, String.valueOf(claimed.cause().getMessage()));
            ranNothing();
            return;
        }
        ItemClaims<BatchItem> claims = claimed.result();
        if (claims.isWhole()) {
            call(batch, claims);
            return;
        }
        List<BatchItem> duplicates = claims.with(Verdict.DONE);
        counts.done(duplicates.size());
        duplicates.forEach(this::done);
        List<BatchItem> reused = claims.with(Verdict.REUSED);
        reused.forEach(item -> refuse(item, "its idempotency key came with another payload"));
        claims.with(Verdict.WAITS, Verdict.TWIN).forEach(this::park);
        Batch left = new Batch(source.frame());
        claims.with(Verdict.RUNS).forEach(left::add);
        if (!left.isEmpty()) {
            call(left, claims);
            return;
        }
        if (reused.isEmpty()) {
            fed.health().succeeded();
        } else {
            fed.health().failed();
            pause("idempotency keys came with another payload", LONGEST_PAUSE_AFTER_ERROR_MILLIS);
        }
        ranNothing();
    }

    private void call(Batch batch, ItemClaims<BatchItem> claims) {
        long startedAt = System.nanoTime();
        Invocation invocation = new Invocation(
                RequestIds.next(),
                settings.function(),
                InvocationType.REQUEST_RESPONSE,
                batch.event(),
                Optional.empty(),
                chain.attributes(
                        traces.batch(batch.items(), item -> item.delivery().message()),
                        batch.items(),
                        BatchItem::traceHeader));
        Future.<Void>succeededFuture() // a function that was deleted just now is refused at once
                .compose(start -> invoker.call(invocation))
                .onComplete(answer -> connection.run(() -> answered(batch, claims, startedAt, answer)));
    }

    /** Keys first: a message that the broker has no more must not run again under another one's. */
    private void answered(
            Batch batch, ItemClaims<BatchItem> claims, long startedAt, AsyncResult<Invoker.Answer> answer) {
        ItemClaims.Rest rest =
                answer.succeeded() ? ItemClaims.Rest.of(answer.result().outcome()) : ItemClaims.Rest.of(answer.cause());
        Set<BatchItem> done = claims.hasClaims() ? succeeded(batch, answer) : Set.of();
        claims.end(done, rest).onComplete(stored -> connection.run(() -> ended(batch, startedAt, answer)));
    }

    private Set<BatchItem> succeeded(Batch batch, AsyncResult<Invoker.Answer> answer) {
        if (answer.failed() || !(answer.result().outcome() instanceof Outcome.Succeeded succeeded)) {
            return Set.of();
        }
        return failures(batch, succeeded.response())
                .map(failed -> batch.items().stream()
                        .filter(item -> !failed.contains(item.id()))
                        .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    private void ended(Batch batch, long startedAt, AsyncResult<Invoker.Answer> answer) {
        if (answer.succeeded()) {
            long now = System.nanoTime();
            readAhead.ran(batch.size(), batch.bytes(), now);
            concurrency.ran(now - startedAt, !full.isEmpty(), batch.bytes());
            settle(batch, answer.result().outcome());
        } else if (answer.cause() instanceof RecursiveCallException) {
            stopped(batch);
        } else {
            notRun(batch, String.valueOf(answer.cause().getMessage()));
        }
        if (!parked.isEmpty()) {
            batch.items().forEach(item -> item.key().ifPresent(key -> unpark(parked.take(key.digest()))));
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

    private void park(BatchItem item) {
        if (stopping || !parked.hasRoom()) {
            item.delivery().release();
            pause("messages wait for idempotency keys that are in use", LONGEST_PAUSE_MILLIS);
            return;
        }
        parked.add(item);
        if (!isUnparking) {
            isUnparking = true;
            vertx.setTimer(PARKED_MILLIS, over -> {
                isUnparking = false;
                unpark(parked.takeAll());
                next();
            });
        }
    }

    private void unpark(List<BatchItem> items) {
        for (BatchItem item : items) {
            if (stopping) {
                item.delivery().release();
            } else if (item.delivery().isLive()) {
                place(item);
            }
        }
    }

    private void settle(Batch batch, Outcome outcome) {
        outcome.match(new Outcome.Cases<Void>() {
            @Override
            public Void succeeded(Outcome.Succeeded succeeded) {
                counts.invoked(batch.size());
                QueuePoller.this.succeeded(batch, succeeded.response());
                return null;
            }

            @Override
            public Void functionError(Outcome.FunctionError error) {
                counts.invoked(batch.size());
                failed(batch);
                return null;
            }

            @Override
            public Void throttled(Outcome.Throttled throttled) {
                notRun(batch, throttled.reason().wireName());
                return null;
            }
        });
    }

    /** Whose chain is too long has failed; the others come again, uncounted, most likely without it. */
    private void stopped(Batch batch) {
        fed.health().failed();
        Set<BatchItem> tooLong = chain.stopped(batch.items(), BatchItem::traceHeader);
        for (BatchItem item : batch.items()) {
            if (tooLong.contains(item)) {
                failed(item);
            } else {
                counts.failedInvoke(1);
                item.delivery().release();
            }
        }
    }

    private void notRun(Batch batch, String reason) {
        counts.failedInvoke(batch.size());
        giveBack(batch);
        pause(reason, LONGEST_PAUSE_MILLIS);
    }

    private void succeeded(Batch batch, byte[] response) {
        Optional<Set<String>> failures = failures(batch, response);
        if (failures.isEmpty() || batch.items().stream().map(BatchItem::id).allMatch(failures.get()::contains)) {
            failed(batch);
            return;
        }
        pauseMillis = FIRST_PAUSE_MILLIS;
        if (failures.get().isEmpty()) {
            fed.health().succeeded();
        } else {
            fed.health().failed();
        }
        counts.done(batch.size() - failures.get().size());
        for (BatchItem item : batch.items()) {
            if (failures.get().contains(item.id())) {
                failed(item);
            } else {
                done(item);
            }
        }
    }

    /** Empty if the whole batch failed, because the answer does not say which. */
    private Optional<Set<String>> failures(Batch batch, byte[] response) {
        if (!settings.reportsItemFailures()) {
            return Optional.of(Set.of());
        }
        Set<String> ids = batch.items().stream().map(BatchItem::id).collect(Collectors.toSet());
        return ItemFailures.read(response, ids);
    }

    private void done(BatchItem item) {
        firstReceipts.done(item.id());
        item.delivery().complete();
    }

    private void failed(Batch batch) {
        fed.health().failed();
        batch.items().forEach(this::failed);
        pause("all of a batch failed", LONGEST_PAUSE_AFTER_ERROR_MILLIS);
    }

    /** Counted by the broker, which delivers it again or moves it to its dead-letter address, as the queue is set. */
    private void failed(BatchItem item) {
        countFailed(item);
        if (stopping) {
            item.delivery().retryLater();
        } else {
            resting.add(item);
        }
    }

    private void countFailed(BatchItem item) {
        counts.failedInvoke(1);
        firstReceipts.failed(item.id(), item.receivedFirst());
    }

    private void giveBackHeld() {
        List.copyOf(full).forEach(this::giveBack);
        full.clear();
        fullMessages = 0;
        giveBack(fillAnew());
        if (stopping) {
            parked.takeAll().forEach(item -> item.delivery().release());
        }
    }

    /** Untried, so not counted. */
    private void giveBack(Batch batch) {
        batch.items().forEach(item -> item.delivery().release());
    }

    private void pause(String reason, long longestMillis) {
        if (paused || stopping) {
            return;
        }
        paused = true;
        concurrency.failed();
        long millis = Math.min(pauseMillis, longestMillis);
        if (millis > FIRST_PAUSE_MILLIS) {
            giveBackHeld(); // Others may have more success, and what comes back comes uncounted.
            readAhead.forget();
        }
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
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }
}
