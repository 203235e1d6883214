package io.millrace.cli;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Consumer;

/** Takes a number of messages from a queue. Its own state is the event loop's; {@link #await} blocks. */
final class Receipt {
    private final BrokerSession session;
    private final InboundLink link;
    private final int max;
    private final Consumer<Delivery> printer;
    private final Promise<Void> full = Promise.promise();
    private long received;

    /** @param printer what it has been given is then taken from the queue */
    Receipt(BrokerSession session, String queue, int max, Consumer<Delivery> printer) {
        this.session = session;
        this.max = max;
        this.printer = printer;
        this.link = new InboundLink(session.connection(), queue, false, this::take, this::ask);
    }

    private void ask() {
        link.grant((int) (max - received));
    }

    private void take(Delivery delivery) {
        printer.accept(delivery);
        delivery.complete();
        received++;
        if (received == max) {
            full.tryComplete();
        }
    }

    /** @return how many came until there were enough or the wait was over */
    long await(Duration wait) {
        session.connection().run(() -> {
            link.open();
            session.vertx().setTimer(Math.max(1, wait.toMillis()), over -> full.tryComplete());
        });
        // What the broker has under way when the wait is over still comes: it must not go unprinted.
        Future<Long> count = full.future().compose(end -> link.drainCredit()).map(drained -> received);
        return session.await(count, wait);
    }
}
