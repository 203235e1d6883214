package io.millrace.runtime.destination;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.message.Message;

/** Where the record of an outcome goes: the queues, topics and functions that ARNs name (design, section 10). */
public final class Destinations {
    private static final Pattern QUEUE_OR_TOPIC = Pattern.compile("arn:aws[a-zA-Z-]*:(sqs|sns):[^:]*:[^:]*:([^:]+)");

    private Destinations() {}

    /** The broker address of a destination; empty if {@code arn} names no queue, topic or function. */
    public static Optional<String> address(String arn) {
        Matcher matcher = QUEUE_OR_TOPIC.matcher(arn);
        if (matcher.matches()) {
            String name = String.valueOf(matcher.group(2));
            return Optional.of("sns".equals(matcher.group(1)) ? Topology.topicAddress(name) : name);
        }
        return FunctionArn.parse(arn, "", "")
                .filter(parsed -> arn.startsWith("arn:"))
                .map(FunctionArn::function)
                .map(Topology::invokeAddress);
    }

    /** The function a destination names, if it names one. */
    public static Optional<FunctionName> function(String arn) {
        return arn.contains(":lambda:") ? FunctionArn.parse(arn, "", "").map(FunctionArn::function) : Optional.empty();
    }

    private static Map<String, String> properties(String arn, Supplier<String> trace, Map<String, String> w3c) {
        Map<String, String> properties = new HashMap<>(w3c);
        properties.put(EventProperties.TRACE, trace.get());
        FunctionArn.parse(arn, "", "")
                .flatMap(FunctionArn::qualifier)
                .ifPresent(qualifier -> properties.put(EventProperties.QUALIFIER, qualifier));
        return properties;
    }

    /**
     * A record on its way to {@code arn}; empty if that is no destination.
     *
     * @param trace the header that the function's own calls carry; it goes with the record, so that loops are noticed,
     *     also those through queues
     */
    public static Optional<Message> message(String arn, byte[] record, Supplier<String> trace) {
        return message(arn, record, trace, Map.of());
    }

    /**
     * The same of an outcome that is traced: whoever takes the record can go on with the trace.
     *
     * @param w3c properties that tell the attempt's place in its trace as W3C writes it; none where nobody traces
     */
    public static Optional<Message> message(
            String arn, byte[] record, Supplier<String> trace, Map<String, String> w3c) {
        return address(arn).map(address -> {
            Message message =
                    EventMessages.durable(UUID.randomUUID().toString(), record, properties(arn, trace, w3c), null);
            message.setAddress(address);
            return message;
        });
    }
}
