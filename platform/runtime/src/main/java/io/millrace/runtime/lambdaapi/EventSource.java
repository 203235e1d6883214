package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.QueueArn;
import java.util.Optional;
import java.util.Set;

/**
 * What CreateEventSourceMapping is to poll.
 *
 * @param kind as refusals call it; of an ARN, the service
 * @param arn empty for one that the caller runs himself
 */
record EventSource(String kind, Optional<String> arn) {
    private static final String SELF_MANAGED = "self-managed Kafka";
    private static final Set<String> STREAMS = Set.of("kinesis", "dynamodb");
    /** Those of the services that AWS knows as sources, besides queues. */
    private static final Set<String> OTHER_SERVICES = Set.of("kinesis", "dynamodb", "kafka", "mq", "rds");

    private static final String QUEUES = "sqs";
    private static final String ORDERED = ".fifo";
    /** @throws InvalidParameterValueException where AWS knows no such source */
    static EventSource read(Members members) {
        if (members.has("SelfManagedEventSource")) {
            return new EventSource(SELF_MANAGED, Optional.empty());
        }
        Optional<String> arn = members.text("EventSourceArn");
        String service = arn.map(text -> text.split(":", 4)[2]).orElse("");
        if (!service.equals(QUEUES) && !OTHER_SERVICES.contains(service)) {
            throw new InvalidParameterValueException("Unrecognized event source.");
        }
        return new EventSource(service, arn);
    }

    boolean isQueue() {
        return kind.equals(QUEUES);
    }

    /** What AWS asks of such a source before it looks at anything else (lambda-semantics 3.4). */
    void check(Members members) {
        if (kind.equals(SELF_MANAGED) && !members.has("SourceAccessConfigurations")) {
            throw new InvalidParameterValueException("Required 'sourceAccessConfigurations' parameter is missing.");
        }
        if (STREAMS.contains(kind)) {
            String position = members.text("StartingPosition")
                    .orElseThrow(() -> new InvalidParameterValueException("1 validation error detected: Value null at"
                            + " 'startingPosition' failed to satisfy constraint: Member must not be null."));
            if (kind.equals("dynamodb") && position.equals("AT_TIMESTAMP")) {
                throw new InvalidParameterValueException(
                        "Unsupported starting position for arn type: " + arn.orElseThrow());
            }
        }
    }

    /** @throws InvalidParameterValueException unless it is a queue of this platform's own broker */
    QueueArn served(IdentitySettings identity) {
        if (!isQueue()) {
            throw unsupported(kind);
        }
        String text = arn.orElseThrow();
        QueueArn queue = QueueArn.parse(text)
                .filter(own -> own.region().equals(identity.region()))
                .filter(own -> own.account().equals(identity.account()))
                .orElseThrow(() -> new InvalidParameterValueException("The queue " + text + " is not one of this"
                        + " platform, expected arn:aws:sqs:" + identity.region() + ":" + identity.account()
                        + ":<queue>."));
        if (queue.queue().endsWith(ORDERED)) {
            throw unsupported("FIFO queues");
        }
        if (OwnQueues.contain(queue.queue())) {
            throw unsupported("the platform's own queue " + queue.queue());
        }
        return queue;
    }

    private static InvalidParameterValueException unsupported(String what) {
        return new InvalidParameterValueException(
                "Event source mappings for " + what + " are not supported by Millrace.");
    }
}
