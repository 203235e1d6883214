package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a queue without touching it, page by page, so that the memory it takes does not grow with the queue.
 * Sees neither scheduled messages nor those a consumer has. Thread-safe; one page at a time.
 */
final class DeadLetterCursor {
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final UnsignedLong SELECTOR_CODE = UnsignedLong.valueOf(0x0000468C00000004L);
    private static final int FIRST_PAGE = 20;
    private static final int LARGEST_PAGE = 500;
    private static final long PAGE_BYTES = 8 << 20;

    private static final long QUIET_MILLIS = 20;
    // One may be empty for other reasons: a drain's late answer, or a socket that was full at that instant.
    private static final int EMPTY_AT_THE_END = 2;

    private final BrokerConnection connection;
    private final DeadLetterQueue queue;
    private final String selector;
    private final Duration timeout;
    private final DeadLetterReader reader;
    private final Runnable lost = this::lost;
    private List<DeadLetter> page = new ArrayList<>();
    private @Nullable Promise<List<DeadLetter>> waiting;
    private @Nullable ProtonReceiver receiver;
    private int pageSize = FIRST_PAGE;
    private long pages;
    private int emptyInARow;
    private boolean draining;

    /** @param selector empty for all */
    DeadLetterCursor(BrokerConnection connection, DeadLetterQueue queue, String selector, Duration timeout) {
        this.connection = connection;
        this.queue = queue;
        this.selector = selector;
        this.timeout = timeout;
        this.reader = new DeadLetterReader(queue.name());
    }

    /** The next few, in the queue's order; none at its end. */
    Future<List<DeadLetter>> next() {
        Promise<List<DeadLetter>> found = Promise.promise();
        connection.run(() -> {
            waiting = found;
            ProtonReceiver open = receiver;
            if (open == null) {
                attach();
            } else {
                read(open);
            }
        });
        return found.future();
    }

    void close() {
        connection.run(() -> {
            connection.forgetDown(lost);
            ProtonReceiver open = receiver;
            receiver = null;
            if (open != null) {
                open.close();
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
        ProtonReceiver opening = up.createReceiver(queue.receivingAddress());
        opening.setSource(source);
        opening.setPrefetch(0);
        opening.setQoS(ProtonQoS.AT_MOST_ONCE);
        opening.handler((delivery, message) -> add(message));
        opening.openHandler(this::opened);
        opening.closeHandler(this::refused);
        opening.detachHandler(this::refused);
        receiver = opening;
        opening.open();
    }

    // A refusal opens the link only to close it, without a source.
    private void opened(AsyncResult<ProtonReceiver> opened) {
        if (opened.succeeded() && opened.result().getRemoteSource() != null) {
            read(opened.result());
        }
    }

    private void read(ProtonReceiver open) {
        draining = false;
        open.flow(pageSize);
        drainWhenQuiet(open, page.size());
    }

    private void add(Message message) {
        page.add(reader.read(message));
        if (page.size() == pageSize && !draining) {
            turnPage();
        }
    }

    // Only then, because what the broker answers to a drain that was already overtaken by the last message would take
    // back the credit of the page after it.
    private void drainWhenQuiet(ProtonReceiver open, int arrived) {
        long thisPage = pages;
        connection.context().owner().setTimer(QUIET_MILLIS, later -> {
            if (thisPage != pages || receiver != open || waiting == null) {
                return;
            }
            if (arrived < page.size()) {
                drainWhenQuiet(open, page.size());
                return;
            }
            draining = true;
            open.drain(timeout.toMillis(), drained -> drained(open, drained));
        });
    }

    private void drained(ProtonReceiver open, AsyncResult<Void> drained) {
        if (drained.failed()) {
            fail(new BrokerUnavailableException("broker " + connection.address() + " sent no more of " + queue.name()
                    + " within " + timeout.toMillis() + " ms"));
            return;
        }
        emptyInARow = page.isEmpty() ? emptyInARow + 1 : 0;
        if (emptyInARow == 0 || emptyInARow >= EMPTY_AT_THE_END) {
            turnPage();
        } else if (waiting != null) {
            pages++;
            read(open);
        }
    }

    private void turnPage() {
        List<DeadLetter> complete = page;
        page = new ArrayList<>();
        pages++;
        pageSize = nextPageSize(complete);
        Promise<List<DeadLetter>> promise = waiting;
        waiting = null;
        if (promise != null) {
            promise.complete(complete);
        }
    }

    private static int nextPageSize(List<DeadLetter> page) {
        long bytes =
                page.stream().mapToLong(letter -> 1_024L + letter.body().length).sum();
        return page.isEmpty()
                ? FIRST_PAGE
                : (int) Math.max(1, Math.min(LARGEST_PAGE, PAGE_BYTES / (bytes / page.size())));
    }

    private void refused(AsyncResult<ProtonReceiver> closed) {
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
