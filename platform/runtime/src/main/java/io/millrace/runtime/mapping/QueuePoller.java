package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.millrace.runtime.observe.LogKeys;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    /** Of a mapping that does not say; what Lambda starts with. */
    private static final int BATCHES_AT_ONCE = 5;
    /** A batch without a window takes what comes together. */
    private static final long SHORTEST_WINDOW_MILLIS = 10;
    /** On their way at most: a large batch of large messages must not fill the memory before its size is known. */
    private static final int MOST_CREDIT = 100;

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    /** After batches that fail one after the other: a queue without a redelivery delay hands them out again at once. */
    private static final long LONGEST_PAUSE_AFTER_ERROR_MILLIS = 1_000;

    private final EventSourceMapping mapping;
    private final MappingSettings settings;
    private final BrokerConnection connection;
    private final Vertx vertx;
    private final Invoker invoker;
    private final Predicate<FunctionArn> exists;
    private final Clock clock;
    private final InboundLink link;
    private final EventFilter filter;
    private final FirstReceipts firstReceipts = new FirstReceipts();
    private final int batchesAtOnce;
    private final Promise<Void> stopped = Promise.promise();
    private final Deque<Batch> full = new ArrayDeque<>();
    private Batch filling = new Batch();
    private int fillings;
    private boolean isDue;
    private int running;
    private boolean stopping;
    private boolean detaching;
    private boolean paused;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /** @param exists whether there is such a function, version or alias; from memory */
    QueuePoller(
            EventSourceMapping mapping,
            BrokerConnection connection,
            Invoker invoker,
            Predicate<FunctionArn> exists,
            Clock clock) {
        this.mapping = mapping;
        this.settings = mapping.settings();
        this.connection = connection;
        this.vertx = connection.context().owner();
        this.invoker = invoker;
        this.exists = exists;
        this.clock = clock;
        this.filter = new EventFilter(settings.filters());
        this.batchesAtOnce = settings.maximumConcurrency().orElse(BATCHES_AT_ONCE);
        this.link = new InboundLink(connection, mapping.source().queue(), false, this::onMessage, this::attached);
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
    public Future<Void> stop(Duration patience) {
        connection.run(() -> {
            if (!stopping) {
                stopping = true;
                giveBackHeld();
                link.drainCredit();
            }
            if (running == 0) {
                detach();
            } else {
                vertx.setTimer(Math.max(1, patience.toMillis()), late -> detach());
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
        fillAnew();
        next();
    }

    private void onMessage(Delivery delivery) {
        try {
            take(delivery);
        } finally {
            next(); // Also after a message that was not understood: its credit is used up.
        }
    }

    private void take(Delivery delivery) {
        if (stopping) {
            delivery.release();
            return;
        }
        String id = EventMessages.id(delivery.message());
        Instant receivedFirst = firstReceipts.of(id, clock.instant());
        ObjectNode record = QueueRecord.of(delivery.message(), id, receivedFirst, mapping.source());
        if (!filter.accepts(record)) {
            delivery.complete();
            return;
        }
        BatchItem item = new BatchItem(delivery, id, receivedFirst, QueueRecord.bytes(record));
        if (!filling.isEmpty() && !filling.hasRoomFor(item)) {
            full.add(fillAnew());
        }
        if (filling.hasRoomFor(item)) {
            add(item);
        } else {
            refuseTooLarge(item);
        }
    }

    private void add(BatchItem item) {
        filling.add(item);
        if (filling.size() >= settings.batchSize()) {
            full.add(fillAnew());
        } else if (filling.size() == 1) {
            int current = fillings;
            long window = Math.max(SHORTEST_WINDOW_MILLIS, settings.window().toMillis());
            vertx.setTimer(window, over -> windowOver(current));
        }
    }

    private void windowOver(int ofFilling) {
        if (ofFilling == fillings) {
            isDue = true;
            next();
        }
    }

    /** Starts another batch; returns the one before. */
    private Batch fillAnew() {
        Batch before = filling;
        filling = new Batch();
        fillings++;
        isDue = false;
        return before;
    }

    /** No invocation can take it, and its sender cannot be told: the queue's own rules for failures decide. */
    private void refuseTooLarge(BatchItem item) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.SOURCE, mapping.source().queue())
                .addKeyValue(LogKeys.REASON, "larger than " + Batch.MOST_BYTES + " bytes as an event")
                .log("message cannot be handed to a function");
        failed(item);
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
        while (running < batchesAtOnce && (!full.isEmpty() || isDue)) {
            run(full.isEmpty() ? fillAnew() : full.remove());
        }
        topUp();
    }

    /** What is on its way and what is held without running never exceed one batch by much. */
    private void topUp() {
        if (stopping || paused || running >= batchesAtOnce || !full.isEmpty()) {
            return;
        }
        int wanted = Math.min(MOST_CREDIT, settings.batchSize() - filling.size());
        if (link.credit() <= wanted / 2) {
            link.grant(wanted - link.credit());
        }
    }

    private void run(Batch batch) {
        running++;
        Invocation invocation = new Invocation(
                RequestIds.next(),
                settings.function(),
                InvocationType.REQUEST_RESPONSE,
                batch.event(),
                Optional.empty(),
                Map.of());
        Future.<Void>succeededFuture() // a function that was deleted just now is refused at once
                .compose(start -> invoker.call(invocation))
                .onComplete(answer -> connection.run(() -> ended(batch, answer)));
    }

    private void ended(Batch batch, AsyncResult<Invoker.Answer> answer) {
        running--;
        if (answer.succeeded()) {
            settle(batch, answer.result().outcome());
        } else {
            giveBack(batch);
            pause(String.valueOf(answer.cause().getMessage()), LONGEST_PAUSE_MILLIS);
        }
        if (stopping && running == 0) {
            detach();
        }
        next();
    }

    private void settle(Batch batch, Outcome outcome) {
        outcome.match(new Outcome.Cases<Void>() {
            @Override
            public Void succeeded(Outcome.Succeeded succeeded) {
                QueuePoller.this.succeeded(batch, succeeded.response());
                return null;
            }

            @Override
            public Void functionError(Outcome.FunctionError error) {
                failed(batch);
                return null;
            }

            @Override
            public Void throttled(Outcome.Throttled throttled) {
                giveBack(batch);
                pause(throttled.reason().wireName(), LONGEST_PAUSE_MILLIS);
                return null;
            }
        });
    }

    private void succeeded(Batch batch, byte[] response) {
        Optional<Set<String>> failures = Optional.of(Set.of());
        if (settings.reportsItemFailures()) {
            Set<String> ids = batch.items().stream().map(BatchItem::id).collect(Collectors.toSet());
            failures = ItemFailures.read(response, ids);
        }
        if (failures.isEmpty() || batch.items().stream().map(BatchItem::id).allMatch(failures.get()::contains)) {
            failed(batch);
            return;
        }
        pauseMillis = FIRST_PAUSE_MILLIS;
        for (BatchItem item : batch.items()) {
            if (failures.get().contains(item.id())) {
                failed(item);
            } else {
                firstReceipts.done(item.id());
                item.delivery().complete();
            }
        }
    }

    private void failed(Batch batch) {
        batch.items().forEach(this::failed);
        pause("all of a batch failed", LONGEST_PAUSE_AFTER_ERROR_MILLIS);
    }

    /** Counted by the broker, which delivers it again or moves it to its dead-letter address, as the queue is set. */
    private void failed(BatchItem item) {
        firstReceipts.failed(item.id(), item.receivedFirst());
        item.delivery().retryLater();
    }

    private void giveBackHeld() {
        List.copyOf(full).forEach(this::giveBack);
        full.clear();
        giveBack(fillAnew());
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
        long millis = Math.min(pauseMillis, longestMillis);
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
