package io.millrace.broker.embedded;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffers;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalFile;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.journal.impl.JournalReaderCallback;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.JournalRecordIds;
import org.apache.activemq.artemis.core.persistence.impl.journal.LargeServerMessageImpl;
import org.apache.activemq.artemis.core.persistence.impl.journal.codec.LargeMessagePersister;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.converter.CoreAmqpConverter;
import org.apache.activemq.artemis.protocol.amqp.converter.coreWrapper.ConversionException;
import org.apache.activemq.artemis.spi.core.protocol.MessagePersister;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the messages of one address in files of the journal, one file after the other. What was sent in a transaction
 * counts when that was committed. For one thread.
 */
final class HistoryReader implements JournalReaderCallback {
    private static final Logger log = LoggerFactory.getLogger(HistoryReader.class);
    private static final byte[] NONE = {};

    private final StorageManager storage;
    private final SequentialFileFactory files;
    private final String address;
    private final Consumer<byte[]> visitor;
    private final Map<Long, Set<JournalFile>> bodies = new HashMap<>();
    private final Map<Long, List<Found>> uncommitted = new HashMap<>();
    private final Set<Long> shown = new HashSet<>();
    private @Nullable JournalFile reading;
    private long unreadable;

    HistoryReader(StorageManager storage, SequentialFileFactory files, String address, Consumer<byte[]> visitor) {
        this.storage = storage;
        this.files = files;
        this.address = address;
        this.visitor = visitor;
    }

    /** @param number the broker's own, which it gives once: a start writes on into a file that was copied before */
    @SuppressWarnings("ArrayRecordComponent") // Shown once, never compared.
    private record Found(long number, byte[] encoded) {}

    long unreadable() {
        return unreadable;
    }

    /** Whether it was still there. */
    boolean read(JournalFile file) {
        reading = file;
        try {
            return JournalImpl.readJournalFile(files, file, this) >= 0;
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception broken) { // what Artemis declares
            throw new HistoryUnavailableException(
                    "file " + file.getFile().getFileName() + " of the broker's history cannot be read: " + broken,
                    broken);
        }
    }

    /** Paged messages, and pieces of large ones: the journal has them for its history only. */
    @Override
    public void onReadEventRecord(RecordInfo info) throws Exception {
        JournalFile file = reading;
        if (info.getUserRecordType() == JournalRecordIds.ADD_MESSAGE_BODY && file != null) {
            bodies.computeIfAbsent(info.id, id -> new LinkedHashSet<>()).add(file);
        } else {
            onReadAddRecord(info);
        }
    }

    @Override
    public void onReadAddRecord(RecordInfo info) throws Exception {
        byte[] found = message(info);
        if (found.length > 0) {
            show(new Found(info.id, found));
        }
    }

    private void show(Found found) {
        if (shown.add(found.number())) {
            visitor.accept(found.encoded());
        }
    }

    @Override
    public void onReadAddRecordTX(long transaction, RecordInfo info) throws Exception {
        byte[] found = message(info);
        if (found.length > 0) {
            uncommitted.computeIfAbsent(transaction, id -> new ArrayList<>()).add(new Found(info.id, found));
        }
    }

    @Override
    public void onReadCommitRecord(long transaction, int records) {
        List<Found> committed = uncommitted.remove(transaction);
        if (committed != null) {
            committed.forEach(this::show);
        }
    }

    @Override
    public void onReadRollbackRecord(long transaction) {
        uncommitted.remove(transaction);
    }

    private byte[] message(RecordInfo info) throws Exception {
        byte type = info.getUserRecordType();
        if (type != JournalRecordIds.ADD_MESSAGE_PROTOCOL && type != JournalRecordIds.ADD_LARGE_MESSAGE) {
            return NONE;
        }
        ActiveMQBuffer buffer = ActiveMQBuffers.wrappedBuffer(info.data);
        Message message;
        if (type == JournalRecordIds.ADD_LARGE_MESSAGE) {
            LargeServerMessageImpl large = new LargeServerMessageImpl(storage);
            LargeMessagePersister.getInstance().decode(buffer, large, null);
            message = large;
        } else {
            message = MessagePersister.getInstance().decode(buffer, null, null, storage);
        }
        Set<JournalFile> parts = bodies.remove(info.id);
        if (!address.equals(message.getAddress())) {
            return NONE;
        }
        try {
            return encoded(message, info.id, parts == null ? Set.of() : parts);
        } catch (HistoryUnavailableException gone) {
            throw gone;
        } catch (RuntimeException | ConversionException failed) {
            unreadable++;
            log.atWarn().addKeyValue("address", address).setCause(failed).log("a message of the history is left out");
            return NONE;
        }
    }

    private byte[] encoded(Message message, long id, Set<JournalFile> parts) throws Exception {
        if (message instanceof LargeServerMessageImpl large) {
            byte[] body = body(id, parts);
            CoreMessage whole = new CoreMessage(id, body.length);
            whole.moveHeadersAndProperties(large);
            whole.setType(large.getType());
            whole.setDurable(true);
            whole.setAddress(large.getAddressSimpleString());
            whole.getBodyBuffer().writeBytes(body);
            return bytes(CoreAmqpConverter.fromCore(whole, storage));
        }
        if (message.isLargeMessage()) {
            return body(id, parts);
        }
        return bytes(
                message instanceof AMQPMessage amqp
                        ? amqp
                        : CoreAmqpConverter.fromCore((ICoreMessage) message, storage));
    }

    private static byte[] bytes(AMQPMessage message) {
        ReadableBuffer buffer = message.getSendBuffer(0, null);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private byte[] body(long id, Set<JournalFile> parts) throws Exception {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (JournalFile file : parts) {
            int end = JournalImpl.readJournalFile(files, file, new JournalReaderCallback() {
                @Override
                public void onReadEventRecord(RecordInfo info) {
                    if (info.id == id && info.getUserRecordType() == JournalRecordIds.ADD_MESSAGE_BODY) {
                        whole.writeBytes(info.data);
                    }
                }
            });
            if (end < 0) {
                throw HistoryUnavailableException.gone(file.getFile().getFileName());
            }
        }
        return whole.toByteArray();
    }
}
