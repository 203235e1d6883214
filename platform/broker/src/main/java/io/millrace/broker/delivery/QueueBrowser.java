package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Walks once through a queue without touching it, page by page, so that the memory it takes does not grow with the
 * queue. Sees neither scheduled messages nor those a consumer has. Thread-safe; one page at a time.
 */
public final class QueueBrowser {
    private static final int PAGE = 50;
    private static final long QUIET_MILLIS = 20;
    private static final long DRAIN_MILLIS = 30_000;
    // One may be empty for other reasons: a drain's late answer, or a socket that was full at that instant.
    private static final int EMPTY_AT_THE_END = 2;

    private final BrokerConnection connection;
    private final String queue;
    private final Runnable lost = this::lost;
    private List<Message> page = new ArrayList<>();
    private @Nullable Promise<List<Message>> waiting;
    private @Nullable ProtonReceiver receiver;
    private long pages;
    private int emptyInARow;
    private boolean draining;

    public QueueBrowser(BrokerConnection connection, String queue) {
        this.connection = connection;
        this.queue = queue;
    }

    /**
     * The next few, in the queue's order; none at its end. Fails with BrokerRefusedException where there is no such
     * queue, and with BrokerUnavailableException.
     */
    public Future<List<Message>> next() {
        Promise<List<Message>> found = Promise.promise();
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

    public void close() {
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
        source.setAddress(queue);
        source.setDistributionMode(Symbol.valueOf("copy"));
        ProtonReceiver opening = up.createReceiver(queue);
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
        open.flow(PAGE);
        drainWhenQuiet(open, page.size());
    }

    private void add(Message message) {
        page.add(message);
        if (page.size() == PAGE && !draining) {
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
            open.drain(DRAIN_MILLIS, drained -> drained(open, drained));
        });
    }

    private void drained(ProtonReceiver open, AsyncResult<Void> drained) {
        if (drained.failed()) {
            fail(new BrokerUnavailableException("broker " + connection.address() + " sent no more of " + queue
                    + " within " + DRAIN_MILLIS + " ms"));
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
        List<Message> complete = page;
        page = new ArrayList<>();
        pages++;
        Promise<List<Message>> promise = waiting;
        waiting = null;
        if (promise != null) {
            promise.complete(complete);
        }
    }

    private void refused(AsyncResult<ProtonReceiver> closed) {
        receiver = null;
        String why = closed.failed() ? closed.cause().getMessage() : "the link was closed";
        fail(new BrokerRefusedException("broker refused to show queue '" + queue + "': " + why));
    }

    private void lost() {
        receiver = null;
        fail(new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
    }

    private void fail(RuntimeException why) {
        Promise<List<Message>> promise = waiting;
        waiting = null;
        if (promise != null) {
            promise.fail(why);
        }
    }
}
