package io.millrace.broker.delivery;

import io.vertx.proton.ProtonDelivery;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;

/** One handing-over of a message by the broker; settled once. Event loop only. */
public final class Delivery {
    private final ProtonDelivery delivery;
    private final Message message;
    private final InboundLink link;
    private final int attachment;

    Delivery(ProtonDelivery delivery, Message message, InboundLink link, int attachment) {
        this.delivery = delivery;
        this.message = message;
        this.link = link;
        this.attachment = attachment;
    }

    /** False once the link it came by is gone: the broker will deliver the event again, and settling does nothing. */
    public boolean isLive() {
        return link.isAttached(attachment);
    }

    public Message message() {
        return message;
    }

    /** The address it came from. */
    public String address() {
        return link.address();
    }

    /** Tells the broker that the event is done. */
    public void complete() {
        settle(Accepted.getInstance());
    }

    /** Tells the broker that the attempt failed: it counts, waits its redelivery delay and delivers again. */
    public void retryLater() {
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        settle(failed);
    }

    /** Gives it back untried; the broker delivers it again after its redelivery delay and does not count. */
    public void release() {
        settle(Released.getInstance());
    }

    private void settle(DeliveryState state) {
        if (isLive()) {
            link.settled();
            delivery.disposition(state, true);
        }
    }

    /** Settled as part of a transaction. */
    void settled() {
        if (isLive()) {
            link.settled();
        }
    }

    ProtonDelivery proton() {
        return delivery;
    }
}
