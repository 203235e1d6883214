package io.millrace.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonLink;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;

/** One connection with a sender to one queue and a receiver from another, both settled by the sender. */
record RawLinks(ProtonSender sender, ProtonReceiver receiver) {

    static Future<RawLinks> open(Vertx vertx, int port, String sendTo, String receiveFrom) {
        return CoalescingConnection.open(vertx, port).compose(connection -> {
            ProtonSender sender = connection.createSender(sendTo);
            ProtonReceiver receiver = connection.createReceiver(receiveFrom);
            sender.setQoS(ProtonQoS.AT_MOST_ONCE);
            receiver.setQoS(ProtonQoS.AT_MOST_ONCE);
            receiver.setPrefetch(0);
            Promise<Void> granted = Promise.promise();
            sender.sendQueueDrainHandler(ready -> granted.tryComplete());
            return Future.all(opened(sender), opened(receiver), granted.future())
                    .map(all -> new RawLinks(sender, receiver));
        });
    }

    private static <T extends ProtonLink<T>> Future<T> opened(ProtonLink<T> link) {
        Promise<T> opened = Promise.promise();
        link.openHandler(opened::handle);
        link.open();
        return opened.future();
    }
}
