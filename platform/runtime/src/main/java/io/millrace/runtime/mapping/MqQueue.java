package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.eventsource.EventFrame;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.qpid.proton.message.Message;

/** A queue whose messages are shown as those of ActiveMQ: texts and bytes of JMS (lambda-semantics 3.9, 3.11). */
record MqQueue(BrokerArn broker, String name) implements BrokerQueue {
    /** Of an ActiveMQ. */
    private static final int BATCHES_AT_ONCE = 5;

    @Override
    public boolean isOf(String region, String account) {
        return broker.isOf(region, account);
    }

    /** AWS promises no order of such a mapping. */
    @Override
    public boolean isOrdered() {
        return false;
    }

    @Override
    public OptionalInt batchesAtOnce() {
        return OptionalInt.of(BATCHES_AT_ONCE);
    }

    @Override
    public EventFrame frame() {
        return new EventFrame(
                "{\"eventSource\":\"aws:mq\",\"eventSourceArn\":" + new TextNode(broker.toString()) + ",\"messages\":[",
                "]}");
    }

    @Override
    public Optional<BrokerRecord> record(Message message, String id, Instant receivedFirst, Instant now) {
        return MqRecord.of(message, id, name, receivedFirst, now).map(Shown::new);
    }

    private record Shown(ObjectNode json) implements BrokerRecord {
        @Override
        public byte[] bytes() {
            return json.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean passes(EventFilter filter) {
            return filter.matches(this::view);
        }

        @Override
        public ObjectNode view() {
            return filterView(json);
        }

        @Override
        public byte[] payload() {
            return json.path(MqRecord.DATA).textValue().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static ObjectNode filterView(ObjectNode record) {
        byte[] data = Base64.getDecoder().decode(record.path(MqRecord.DATA).textValue());
        ObjectNode view = record.deepCopy();
        view.set(MqRecord.DATA, EventFilter.content(new String(data, StandardCharsets.UTF_8)));
        return view;
    }
}
