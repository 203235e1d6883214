package io.millrace.deadletter;

import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.impl.ProtonReceiverImpl;
import io.vertx.proton.impl.ProtonSenderImpl;
import io.vertx.proton.impl.ProtonSessionImpl;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/**
 * A link that hands out messages as the bytes that came, when they are asked for. vertx-proton's own decodes each as it
 * comes: it loses all but the first section of a body, and silently drops what it cannot decode. What nobody takes
 * stays with the connection, up to {@link #WINDOW_BYTES}, and then with the broker. Event loop only.
 */
final class RawReceiver extends ProtonReceiverImpl {
    // A window is counted in frames of 32 KB, however small they are: 1,000 of them.
    private static final int WINDOW_BYTES = 32 << 20;

    private final int kept;
    private final Runnable arrived;
    private final List<byte[]> parts = new ArrayList<>();
    private int partLength;
    private long partSize;

    private RawReceiver(Receiver receiver, int kept, Runnable arrived) {
        super(receiver);
        this.kept = kept;
        this.arrived = arrived;
    }

    /**
     * Makes a link that is not open yet, in a session of its own.
     *
     * @param kept bytes of each message; the rest is counted and thrown away
     * @param arrived called when something may be taken
     */
    static RawReceiver create(ProtonConnection up, Source source, int kept, Runnable arrived) {
        ProtonSessionImpl session = (ProtonSessionImpl) up.createSession();
        session.setIncomingCapacity(WINDOW_BYTES);
        session.open();
        Receiver receiver = engine(session).receiver("dead-letters");
        receiver.setSource(source);
        receiver.setTarget(new Target());
        RawReceiver created = new RawReceiver(receiver, kept, arrived);
        created.setPrefetch(0);
        created.setQoS(ProtonQoS.AT_MOST_ONCE);
        return created;
    }

    // vertx-proton keeps it to itself; a delivery, here of a link that is never opened, tells.
    private static Session engine(ProtonSessionImpl session) {
        ProtonSenderImpl neverOpened = (ProtonSenderImpl) session.createSender("never-opened");
        return neverOpened.delivery(new byte[] {0}).getLink().getSession();
    }

    @Override
    public void onDelivery() {
        arrived.run();
    }

    /** The next whole message, if there is one. */
    @Nullable
    EncodedLetter poll() {
        Receiver receiver = (Receiver) link;
        Delivery delivery = receiver.current();
        while (delivery != null) {
            if (delivery.isAborted()) {
                forgetPart();
                receiver.advance();
                delivery.settle();
                delivery = receiver.current();
                continue;
            }
            take(receiver.recv());
            if (delivery.isPartial()) {
                return null;
            }
            receiver.advance();
            delivery.settle();
            return complete();
        }
        return null;
    }

    // Parts are put together once at the end: growing one array would need several times a large message's memory.
    private void take(@Nullable ReadableBuffer arrivedPart) {
        int length = arrivedPart == null ? 0 : arrivedPart.remaining();
        int wanted = Math.min(length, kept - partLength);
        partSize += length;
        if (arrivedPart != null && wanted > 0) {
            byte[] part = new byte[wanted];
            arrivedPart.get(part, 0, wanted);
            parts.add(part);
            partLength += wanted;
        }
    }

    private EncodedLetter complete() {
        byte[] bytes = parts.size() == 1 ? parts.get(0) : joined();
        EncodedLetter complete = new EncodedLetter(bytes, partSize);
        forgetPart();
        return complete;
    }

    private byte[] joined() {
        byte[] all = new byte[partLength];
        int filled = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, filled, part.length);
            filled += part.length;
        }
        return all;
    }

    private void forgetPart() {
        parts.clear();
        partLength = 0;
        partSize = 0;
    }

    /** How many more the broker may send. */
    int credit() {
        return ((Receiver) link).getRemoteCredit();
    }

    void startDrain() {
        ((Receiver) link).drain(0);
        getSession().getConnectionImpl().flush();
    }

    /** Whether the broker has not said yet that it has no more. */
    boolean isDraining() {
        return draining();
    }

    void closeWithSession() {
        close();
        getSession().close();
    }
}
