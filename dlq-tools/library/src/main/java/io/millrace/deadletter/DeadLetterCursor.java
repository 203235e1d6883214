package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a queue without touching it, page by page, so that the memory it takes does not grow with the queue: a
 * page of 8 MB, another that comes meanwhile, and what fits into the link's window. Sees neither scheduled messages nor
 * those a consumer has. Thread-safe; one page at a time.
 */
final class DeadLetterCursor {
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final UnsignedLong SELECTOR_CODE = UnsignedLong.valueOf(0x0000468C00000004L);
    private static final int FIRST_PAGE = 20;
    private static final int LARGEST_PAGE = 2_000;
    private static final long PAGE_BYTES = 8 << 20;
    private static final int CREDIT = 800;

    private static final long QUIET_MILLIS = 20;
    private static final long DRAINING_MILLIS = 2;
    // One may be empty for other reasons: a drain's late answer, or a socket that was full at that instant.
    private static final int EMPTY_AT_THE_END = 2;

    private final BrokerConnection connection;
    private final DeadLetterQueue queue;
    private final String selector;
    private final int kept;
    private final Duration timeout;
    private final Function<EncodedLetter, DeadLetter> reader;
    private final Runnable lost = this::lost;
    private List<DeadLetter> page = new ArrayList<>();
    private long pageBytes;
    private long bytesGivenOut;
    private int pageSize = FIRST_PAGE;
    private @Nullable Promise<List<DeadLetter>> waiting;
    private @Nullable RawReceiver receiver;
    private long arrivals;
    private long arrivalsBeforeDrain;
    private int emptyInARow;
    private boolean watching;
    private boolean draining;

    /**
     * @param selector empty for all
     * @param kept bytes of each message
     * @param reader called on the event loop
     */
    DeadLetterCursor(
            BrokerConnection connection,
            DeadLetterQueue queue,
            String selector,
            int kept,
            Function<EncodedLetter, DeadLetter> reader,
            Duration timeout) {
        this.connection = connection;
        this.queue = queue;
        this.selector = selector;
        this.kept = kept;
        this.timeout = timeout;
        this.reader = reader;
    }

    /** The next few, in the queue's order; none at its end. */
    Future<List<DeadLetter>> next() {
        Promise<List<DeadLetter>> found = Promise.promise();
        connection.run(() -> {
            waiting = found;
            RawReceiver open = receiver;
            if (open == null) {
                attach();
            } else {
                pump(open);
                watch(open);
            }
        });
        return found.future();
    }

    void close() {
        connection.run(() -> {
            connection.forgetDown(lost);
            RawReceiver open = receiver;
            receiver = null;
            if (open != null && connection.isUp()) {
                open.closeWithSession();
            }
        });
    }

    private void attach() {
        ProtonConnection up = connection.current();
        if (up == null) {
            lost();
            return;
        }
        connection.whenDown(lost);
        Source source = new Source();
        source.setAddress(queue.receivingAddress());
        source.setDistributionMode(Symbol.valueOf("copy"));
        if (!selector.isEmpty()) {
            source.setFilter(Map.of(SELECTOR, new SelectorFilter(selector)));
        }
        RawReceiver opening = RawReceiver.create(up, source, kept, this::arrived);
        opening.openHandler(opened -> opened(opening, opened));
        opening.closeHandler(this::refused);
        opening.detachHandler(this::refused);
        receiver = opening;
        opening.open();
    }

    // A refusal opens the link only to close it, without a source.
    private void opened(RawReceiver open, AsyncResult<ProtonReceiver> opened) {
        if (opened.succeeded() && open.getRemoteSource() != null) {
            pump(open);
            watch(open);
        }
    }

    private void arrived() {
        arrivals++;
        RawReceiver open = receiver;
        if (open != null) {
            pump(open);
        }
    }

    /** Takes what fits onto the page, and lets the broker send more unless it was asked to say that it has none. */
    private void pump(RawReceiver open) {
        EncodedLetter letter = hasRoom() ? open.poll() : null;
        while (letter != null) {
            page.add(reader.apply(letter));
            pageBytes += letter.bytes().length;
            letter = hasRoom() ? open.poll() : null;
        }
        int credit = open.credit();
        if (!draining && hasRoom() && credit <= CREDIT / 2) {
            open.flow(CREDIT - credit);
        }
        if (page.size() >= pageSize || pageBytes >= PAGE_BYTES) {
            turnPage();
        }
    }

    // Ahead of whoever is still busy with the page before only if that one is small: two messages of 100 MB are many.
    private boolean hasRoom() {
        return page.size() < LARGEST_PAGE && pageBytes < PAGE_BYTES && (waiting != null || bytesGivenOut < PAGE_BYTES);
    }

    // A drain only when nothing came for a while, because what the broker answers to one that was already overtaken by
    // the last message would take back the credit given after it.
    private void watch(RawReceiver open) {
        if (watching || waiting == null) {
            return;
        }
        watching = true;
        long before = arrivals;
        connection.context().owner().setTimer(QUIET_MILLIS, later -> {
            watching = false;
            if (receiver != open || waiting == null || draining) {
                return;
            }
            if (before != arrivals) {
                watch(open);
                return;
            }
            draining = true;
            arrivalsBeforeDrain = arrivals;
            open.startDrain();
            awaitDrained(open, System.nanoTime() + patience().toNanos());
        });
    }

    // The broker looks through all of the queue for the next that its selector lets through, and is silent meanwhile.
    private Duration patience() {
        return selector.isEmpty() || timeout.compareTo(Answers.LONGEST) > 0 ? timeout : Answers.LONGEST;
    }

    private void awaitDrained(RawReceiver open, long deadline) {
        connection.context().owner().setTimer(DRAINING_MILLIS, later -> {
            if (receiver != open) {
                return;
            }
            if (!open.isDraining()) {
                drained(open);
            } else if (System.nanoTime() > deadline) {
                fail(new BrokerUnavailableException("broker " + connection.address() + " sent no more of "
                        + queue.name() + " within " + patience().toMillis() + " ms"));
            } else {
                awaitDrained(open, deadline);
            }
        });
    }

    private void drained(RawReceiver open) {
        draining = false;
        emptyInARow = arrivals == arrivalsBeforeDrain && page.isEmpty() ? emptyInARow + 1 : 0;
        if (!page.isEmpty() || emptyInARow >= EMPTY_AT_THE_END) {
            turnPage();
        }
        if (receiver == open) {
            pump(open);
            watch(open);
        }
    }

    private void turnPage() {
        Promise<List<DeadLetter>> promise = waiting;
        if (promise == null) {
            return;
        }
        waiting = null;
        List<DeadLetter> complete = page;
        page = new ArrayList<>();
        bytesGivenOut = pageBytes;
        pageBytes = 0;
        pageSize = Math.min(LARGEST_PAGE, 2 * pageSize);
        promise.complete(complete);
    }

    private void refused(AsyncResult<ProtonReceiver> closed) {
        if (receiver == null) {
            return;
        }
        receiver = null;
        String why = closed.failed() ? closed.cause().getMessage() : "the link was closed";
        fail(new BrokerRefusedException("broker refused to show queue '" + queue.name() + "': " + why));
    }

    private void lost() {
        receiver = null;
        fail(new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
    }

    private void fail(RuntimeException why) {
        Promise<List<DeadLetter>> promise = waiting;
        waiting = null;
        if (promise != null) {
            promise.fail(why);
        }
    }

    private record SelectorFilter(String selector) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return SELECTOR_CODE;
        }

        @Override
        public Object getDescribed() {
            return selector;
        }
    }
}
