package io.millrace.runtime.lambdaapi;

import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceInUseException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingRefusedException.MappingExists;
import io.millrace.runtime.mapping.MappingRefusedException.MappingInUse;
import io.millrace.runtime.mapping.MappingRefusedException.MappingUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnsuitable;
import io.millrace.runtime.mapping.MappingRefusedException.SourceRefused;
import io.millrace.runtime.mapping.MappingRefusedException.SourceUnsupported;
import java.util.Set;

/** Refusals of the mapping room in Lambda's words (lambda-semantics 3.4). */
final class EventSourceRefusals {
    /** Of AWS, that are sources there; sources of others are not known to its clients. */
    private static final Set<String> SERVICES = Set.of("kinesis", "dynamodb", "kafka", "rds");

    private final IdentitySettings identity;

    EventSourceRefusals(IdentitySettings identity) {
        this.identity = identity;
    }

    /** What it is, for a failure that is no refusal. */
    Throwable of(Throwable failure, String action) {
        if (failure instanceof MappingUnknown) {
            return notFound();
        }
        if (failure instanceof MappingInUse) {
            return new ResourceInUseException("Cannot " + action + " the event source mapping because it is in use.");
        }
        if (failure instanceof MappingExists exists) {
            return conflict(exists.existing());
        }
        if (failure instanceof QueueUnknown) {
            return new InvalidParameterValueException("Error occurred while ReceiveMessage. SQS Error Code:"
                    + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
                    + " exist.");
        }
        if (failure instanceof QueueUnsuitable || failure instanceof SourceRefused) {
            return new InvalidParameterValueException(String.valueOf(failure.getMessage()));
        }
        return failure;
    }

    /** As {@link #of}, of a creation. */
    Throwable ofCreation(Throwable failure, SourceDescription source) {
        if (failure instanceof QueueUnknown && SourceKind.of(source) == SourceKind.MQ) {
            return new InvalidParameterValueException("The broker " + source.label() + " has no queue "
                    + source.queues().get(0) + ", expected one that exists.");
        }
        return failure instanceof SourceUnsupported ? unsupported(source) : of(failure, "create");
    }

    static ResourceNotFoundException notFound() {
        return new ResourceNotFoundException("The resource you requested does not exist.");
    }

    /** The blanks are Lambda's. */
    private static ResourceConflictException conflict(EventSourceMapping existing) {
        SourceDescription source = existing.source();
        SourceKind kind = SourceKind.of(source);
        String function = existing.settings().function().function().value();
        String last = " already exists. Please update or delete the existing mapping with UUID " + existing.uuid();
        if (kind.isKafka()) {
            return new ResourceConflictException("An event source mapping with event source (\""
                    + source.arn().orElseGet(() -> String.join(",", source.bootstrapServers())) + "\"), function (\""
                    + existing.settings().function() + "\"), topics (\"" + String.join(",", source.topics()) + "\")"
                    + last);
        }
        return new ResourceConflictException(
                kind.isQueue()
                        ? "An event source mapping with SQS arn (\" " + source.label() + " \") and function (\" "
                                + function + " \")" + last
                        : "The event source arn (\" " + source.label() + " \") and function (\" " + function
                                + " \") provided mapping" + last);
    }

    private InvalidParameterValueException unsupported(SourceDescription source) {
        SourceKind kind = SourceKind.of(source);
        if (kind.isQueue()) {
            return new InvalidParameterValueException(
                    "The queue " + source.label() + " is not one of this platform, expected arn:aws:sqs:"
                            + identity.region() + ":" + identity.account() + ":<queue>.");
        }
        if (kind == SourceKind.MQ) {
            return new InvalidParameterValueException(
                    "The broker " + source.label() + " is not the one of this platform, expected arn:aws:mq:"
                            + identity.region() + ":" + identity.account() + ":broker:<name>:<id>.");
        }
        String service = source.service().orElse(kind.label());
        return kind == SourceKind.SELF_MANAGED_KAFKA || SERVICES.contains(service)
                ? new InvalidParameterValueException(
                        "Event source mappings for " + service + " are not supported by Millrace.")
                : EventSource.unrecognized();
    }
}
