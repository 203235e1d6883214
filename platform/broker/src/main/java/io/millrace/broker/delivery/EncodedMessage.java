package io.millrace.broker.delivery;

import io.vertx.proton.impl.ProtonDeliveryImpl;
import java.nio.BufferOverflowException;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A message as bytes. Making one is work that any thread may do; sending it is for the event loop. */
final class EncodedMessage {
    // Header, properties and the few application properties of an event.
    private static final int SECTIONS = 512;
    private static final int UNKNOWN_BODY = 4_096;

    private final ReadableBuffer bytes;

    private EncodedMessage(ReadableBuffer bytes) {
        this.bytes = bytes;
    }

    /** @param encoded a whole message in AMQP's own encoding; not to be changed */
    static EncodedMessage of(byte[] encoded) {
        return new EncodedMessage(ReadableBuffer.ByteBufferReader.wrap(java.nio.ByteBuffer.wrap(encoded)));
    }

    static EncodedMessage of(Message message) {
        int size = SECTIONS
                + (message.getBody() instanceof Data data ? data.getValue().getLength() : UNKNOWN_BODY);
        while (true) {
            byte[] into = new byte[size];
            try {
                int length = message.encode(into, 0, into.length);
                return new EncodedMessage(
                        ReadableBuffer.ByteBufferReader.wrap(java.nio.ByteBuffer.wrap(into, 0, length)));
            } catch (BufferOverflowException tooSmall) {
                size *= 4;
            }
        }
    }

    /**
     * Sends on a delivery, which may have a state already. The caller flushes the connection afterwards.
     *
     * @param answered what the broker says of it; the delivery is settled then
     */
    void post(Delivery delivery, Consumer<@Nullable DeliveryState> answered) {
        Sender sender = (Sender) delivery.getLink();
        sender.sendNoCopy(bytes);
        ProtonDeliveryImpl tracked = new ProtonDeliveryImpl(delivery);
        tracked.handler(update -> {
            answered.accept(update.getRemoteState());
            update.settle();
        });
        sender.advance();
    }

    /** Sends on a delivery that nobody will hear of again. The caller flushes the connection afterwards. */
    void postSettled(Delivery delivery) {
        Sender sender = (Sender) delivery.getLink();
        sender.sendNoCopy(bytes);
        delivery.settle();
        sender.advance();
    }
}
