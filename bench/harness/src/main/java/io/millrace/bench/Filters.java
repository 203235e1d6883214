package io.millrace.bench;

import com.fasterxml.jackson.core.io.SerializedString;
import io.millrace.runtime.mapping.EventFilter;
import io.millrace.runtime.mapping.QueueArn;
import io.millrace.runtime.mapping.QueueRecord;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/**
 * A million messages against five patterns, one thread: what the poller of a queue does with each message to know
 * whether a filter wants it. Its record is made of it, its body is parsed, and the patterns see both.
 */
final class Filters {
    static final String NAME = "filters";

    private static final int EVENTS = 1_000_000;
    private static final int DIFFERENT = 1_000;
    private static final QueueArn QUEUE = new QueueArn("us-east-1", "000000000000", "orders");
    private static final SerializedString TAIL = QueueRecord.tail(QUEUE);
    private static final List<String> PATTERNS = List.of(
            "{\"body\":{\"status\":[\"cancelled\",\"refunded\"],\"region\":[{\"prefix\":\"eu-\"}]}}",
            "{\"body\":{\"amount\":[{\"numeric\":[\">\",990]}]}}",
            "{\"body\":{\"customer\":{\"tier\":[{\"anything-but\":[\"basic\",\"silver\",\"gold\"]}]}}}",
            "{\"body\":{\"coupon\":[{\"exists\":true}],\"status\":[\"open\"]}}",
            "{\"body\":{\"$or\":[{\"region\":[\"ap-south-1\"]},{\"customer\":{\"id\":[{\"suffix\":\"77\"}]}}]}}");
    private static final String[] STATES = {"open", "paid", "shipped", "cancelled"};
    private static final String[] REGIONS = {"us-east-1", "us-west-2", "eu-west-1", "sa-east-1"};
    private static final String[] TIERS = {"basic", "silver", "gold"};

    private Filters() {}

    static String run(Pairing pairing) {
        EventFilter filter = new EventFilter(PATTERNS);
        List<Message> messages =
                IntStream.range(0, DIFFERENT).mapToObj(Filters::message).toList();
        requireSome(accepted(filter, messages));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double[] seconds = new double[pairing.pairs()];
        double[] processor = new double[pairing.pairs()];
        for (int i = 0; i < seconds.length; i++) {
            long usedBefore = threads.getCurrentThreadCpuTime();
            long startedAt = System.nanoTime();
            requireSome(accepted(filter, messages));
            seconds[i] = (System.nanoTime() - startedAt) / 1e9;
            processor[i] = (threads.getCurrentThreadCpuTime() - usedBefore) / 1e9;
        }
        return Measured.line(NAME, Spread.of(DoubleStream.of(seconds)), "s")
                + Measured.line(NAME + "-processor", Spread.of(DoubleStream.of(processor)), "s");
    }

    private static int accepted(EventFilter filter, List<Message> messages) {
        int accepted = 0;
        for (int i = 0; i < EVENTS; i++) {
            Message message = messages.get(i % DIFFERENT);
            QueueRecord record = QueueRecord.of(message, (String) message.getMessageId(), Instant.EPOCH, QUEUE, TAIL);
            accepted += filter.accepts(record.body(), record::json) ? 1 : 0;
        }
        return accepted;
    }

    /** Patterns that nothing or everything matches would measure little. */
    private static void requireSome(int accepted) {
        if (accepted == 0 || accepted == EVENTS) {
            throw new IllegalStateException(accepted + " of " + EVENTS + " events were accepted, expected some");
        }
    }

    /** Of about {@link Load#BODY_BYTES} bytes, as all the others. */
    private static Message message(int number) {
        String body = String.format(
                Locale.ROOT,
                "{\"orderId\":\"%08d\",\"status\":\"%s\",\"region\":\"%s\",\"amount\":%d.5,"
                        + "\"customer\":{\"id\":\"c-%d\",\"tier\":\"%s\"},\"items\":[{\"sku\":\"a-1\",\"count\":2},"
                        + "{\"sku\":\"b-%d\",\"count\":1}],\"note\":\"%s\"}",
                number,
                STATES[number % STATES.length],
                REGIONS[number / 7 % REGIONS.length],
                number,
                number * 31,
                TIERS[number % TIERS.length],
                number,
                "x".repeat(64));
        Message message = Proton.message();
        message.setMessageId(UUID.randomUUID().toString());
        message.setCreationTime(1);
        message.setBody(new Data(new Binary(body.getBytes(StandardCharsets.UTF_8))));
        return message;
    }
}
