package io.millrace.runtime.lambdaapi;

import io.millrace.broker.topology.Topology;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.QueueArn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What CreateEventSourceMapping is to read.
 *
 * @param arn empty for one that the caller runs himself
 */
record EventSource(SourceKind kind, Optional<String> arn) {
    private static final String SELF_MANAGED = "SelfManagedEventSource";
    private static final String SERVERS = "KAFKA_BOOTSTRAP_SERVERS";
    private static final String POSITION = "StartingPosition";
    private static final String TIMESTAMP = "StartingPositionTimestamp";
    private static final String BASIC_AUTH = "BASIC_AUTH";
    private static final String CREDENTIALS = "SourceAccessConfigurations";

    /** @throws InvalidParameterValueException where nothing is named */
    static EventSource read(Members members) {
        if (members.has(SELF_MANAGED)) {
            return new EventSource(SourceKind.SELF_MANAGED_KAFKA, Optional.empty());
        }
        String arn = members.text("EventSourceArn")
                .filter(text -> SourceDescription.ofArn(text).service().isPresent())
                .orElseThrow(EventSource::unrecognized);
        return new EventSource(SourceKind.ofArn(arn), Optional.of(arn));
    }

    /** Of a service that neither AWS nor anything installed here reads. */
    static InvalidParameterValueException unrecognized() {
        return new InvalidParameterValueException("Unrecognized event source.");
    }

    /** What AWS asks of such a source before it looks at anything else (lambda-semantics 3.4). */
    void check(Members members) {
        if (kind.asksForCredentials() && !members.has(CREDENTIALS)) {
            throw new InvalidParameterValueException("Required 'sourceAccessConfigurations' parameter is missing.");
        }
        if (kind.asksForPosition()) {
            String position = members.text(POSITION).orElseThrow(() -> missing("startingPosition"));
            if (kind == SourceKind.DYNAMODB && position.equals(StartingPosition.AT_TIMESTAMP.name())) {
                throw new InvalidParameterValueException(
                        "Unsupported starting position for arn type: " + arn.orElseThrow());
            }
        }
    }

    private static InvalidParameterValueException missing(String member) {
        return new InvalidParameterValueException("1 validation error detected: Value null at '" + member
                + "' failed to satisfy constraint: Member must not be null.");
    }

    /**
     * To be asked for after the members that no such source has were refused.
     *
     * @throws InvalidParameterValueException if something is missing, or does not fit together
     */
    SourceDescription described(Members members, IdentitySettings identity, Instant now) {
        if (arn.isEmpty() && members.has("EventSourceArn")) {
            throw new InvalidParameterValueException("EventSourceArn and " + SELF_MANAGED + " cannot both be given.");
        }
        arn.flatMap(QueueArn::parse)
                .filter(queue -> queue.isOf(identity.region(), identity.account()))
                .ifPresent(queue -> refuseOwn(queue.queue()));
        Optional<StartingPosition> position = position(members);
        if (kind == SourceKind.MQ) {
            named(members, SourceTrait.QUEUES, "Queues", "queues").forEach(EventSource::refuseOwn);
            refuseOtherCredentials(credentials(members));
        }
        return new SourceDescription(
                arn,
                arn.isPresent() ? List.of() : servers(members),
                named(members, SourceTrait.TOPICS, "Topics", "topics"),
                named(members, SourceTrait.QUEUES, "Queues", "queues"),
                position,
                timestamp(members, position, now),
                credentials(members),
                group(members));
    }

    private static void refuseOwn(String queue) {
        if (Topology.isOwn(queue)) {
            throw new InvalidParameterValueException(
                    "Event source mappings for the platform's own queue " + queue + " are not supported by Millrace.");
        }
    }

    /** A virtual host is of RabbitMQ, whose events are others; everything else is of other sources. */
    private static void refuseOtherCredentials(List<AccessConfiguration> configurations) {
        configurations.stream()
                .filter(each -> !each.type().equals(BASIC_AUTH))
                .findFirst()
                .ifPresent(other -> {
                    throw new InvalidParameterValueException("The type " + other.type() + " of " + CREDENTIALS
                            + " is not supported by Millrace for MQ, expected " + BASIC_AUTH + ".");
                });
    }

    private static List<String> servers(Members members) {
        return members.object(SELF_MANAGED)
                .flatMap(source -> source.object("Endpoints"))
                .flatMap(endpoints -> endpoints.list(SERVERS))
                .filter(servers -> !servers.isEmpty())
                .orElseThrow(() -> new InvalidParameterValueException(
                        SELF_MANAGED + " has no endpoints " + SERVERS + ", expected host:port of each server."));
    }

    private List<String> named(Members members, SourceTrait trait, String member, String wireName) {
        return kind.has(trait)
                ? members.list(member).filter(names -> !names.isEmpty()).orElseThrow(() -> missing(wireName))
                : List.of();
    }

    /** Where AWS leaves it to the service, nothing that is there is left out. */
    private Optional<StartingPosition> position(Members members) {
        return kind.has(SourceTrait.POSITION)
                ? Optional.of(
                        members.text(POSITION).map(StartingPosition::valueOf).orElse(StartingPosition.TRIM_HORIZON))
                : Optional.empty();
    }

    private static Optional<Instant> timestamp(Members members, Optional<StartingPosition> position, Instant now) {
        Optional<Instant> timestamp = members.instant(TIMESTAMP);
        boolean isWanted = position.equals(Optional.of(StartingPosition.AT_TIMESTAMP));
        if (isWanted && timestamp.isEmpty()) {
            throw missing("startingPositionTimestamp");
        }
        if (!isWanted && timestamp.isPresent()) {
            throw new InvalidParameterValueException(TIMESTAMP + " goes with the " + POSITION + " AT_TIMESTAMP only.");
        }
        if (timestamp.filter(now::isBefore).isPresent()) {
            throw new InvalidParameterValueException(TIMESTAMP + " cannot be in the future.");
        }
        return timestamp;
    }

    static List<AccessConfiguration> credentials(Members members) {
        return members.objects(CREDENTIALS).orElse(List.of()).stream()
                .map(each -> new AccessConfiguration(
                        each.text("Type").orElse(""), each.text("URI").orElse("")))
                .toList();
    }

    private Optional<String> group(Members members) {
        return members.object(kind.groupMember())
                .filter(config -> kind.isKafka())
                .flatMap(config -> config.text("ConsumerGroupId"));
    }
}
