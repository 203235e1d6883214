package io.millrace.broker.delivery;

import io.vertx.proton.impl.ProtonDeliveryImpl;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Sends a message on a delivery whose state is already set. Event loop only. */
final class TransactionalSend {
    private static final int FIRST_SIZE = 64 * 1024;

    private TransactionalSend() {}

    /** The caller flushes the connection afterwards. */
    static void post(Sender sender, Delivery delivery, Message message, Consumer<@Nullable DeliveryState> answered) {
        byte[] encoded = new byte[FIRST_SIZE];
        int length = encode(message, encoded);
        while (length < 0) {
            encoded = new byte[encoded.length * 4];
            length = encode(message, encoded);
        }
        sender.send(encoded, 0, length);
        ProtonDeliveryImpl tracked = new ProtonDeliveryImpl(delivery);
        tracked.handler(update -> {
            answered.accept(update.getRemoteState());
            update.settle();
        });
        sender.advance();
    }

    private static int encode(Message message, byte[] into) {
        try {
            return message.encode(into, 0, into.length);
        } catch (java.nio.BufferOverflowException tooSmall) {
            return -1;
        }
    }
}
