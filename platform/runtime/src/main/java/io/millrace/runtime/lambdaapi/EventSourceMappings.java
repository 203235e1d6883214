package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceInUseException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.mapping.MappingRefusedException.MappingExists;
import io.millrace.runtime.mapping.MappingRefusedException.MappingInUse;
import io.millrace.runtime.mapping.MappingRefusedException.MappingUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnsuitable;
import io.millrace.runtime.mapping.MappingSettings;
import io.millrace.runtime.mapping.QueueArn;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Which queues feed which functions (lambda-semantics 3.1 to 3.4). */
final class EventSourceMappings {
    private static final int MOST_ON_A_PAGE = 100;

    private final MappingAdministration mappings;
    private final FunctionLocator locator;
    private final IdentitySettings identity;

    EventSourceMappings(MappingAdministration mappings, FunctionLocator locator, IdentitySettings identity) {
        this.mappings = mappings;
        this.locator = locator;
        this.identity = identity;
    }

    /** What AWS would refuse is refused first, and in its order. */
    Future<Reply> create(Request request) {
        Members given = request.members();
        EventSource source = EventSource.read(given);
        source.check(given);
        EventSourceMembers members = new EventSourceMembers(given);
        if (source.isQueue()) {
            members.check();
        }
        FunctionArn function = existing(members.functionName().orElseThrow());
        QueueArn queue = source.served(identity);
        MappingSettings settings = members.settings(function);
        members.refuseWithoutEffect();
        return mappings.create(queue, settings, members.enabled().orElse(true))
                .map(created -> Reply.json(202, EventSourceReply.render(created)))
                .recover(failure -> Future.failedFuture(refusal(failure, "create")));
    }

    Future<Reply> show(Request request) {
        EventSourceMapping mapping = mappings.find(uuid(request)).orElseThrow(EventSourceMappings::notFound);
        return Future.succeededFuture(Reply.json(200, EventSourceReply.render(mapping)));
    }

    /** In the order of UUIDs; what does not exist is in no list, and not refused. */
    Future<Reply> list(Request request) {
        Optional<String> source = request.query("EventSourceArn");
        Optional<String> function = request.query("FunctionName");
        List<EventSourceMapping> found = mappings.all().stream()
                .filter(each ->
                        source.isEmpty() || source.get().equals(each.source().toString()))
                .filter(each -> function.isEmpty() || isOf(each.settings().function(), locator.meant(function.get())))
                .toList();
        return Future.succeededFuture(Page.of(request, found, EventSourceMapping::uuid, MOST_ON_A_PAGE)
                .reply("EventSourceMappings", EventSourceReply::render));
    }

    /** A function without a qualifier stands for all it has. */
    private static boolean isOf(FunctionArn fed, Optional<FunctionArn> asked) {
        return asked.filter(arn -> arn.qualifier().isEmpty() ? arn.function().equals(fed.function()) : arn.equals(fed))
                .isPresent();
    }

    Future<Reply> update(Request request) {
        String uuid = uuid(request);
        if (mappings.find(uuid).isEmpty()) {
            throw notFound();
        }
        EventSourceMembers members = new EventSourceMembers(request.members());
        members.check();
        Optional<FunctionArn> function = members.functionName().map(this::existing);
        members.refuseWithoutEffect();
        return mappings.update(
                        uuid,
                        before -> function.map(to -> members.over(before.withFunction(to)))
                                .orElseGet(() -> members.over(before)),
                        members.enabled())
                .map(updated -> Reply.json(202, EventSourceReply.render(updated)))
                .recover(failure -> Future.failedFuture(refusal(failure, "update")));
    }

    Future<Reply> delete(Request request) {
        return mappings.delete(uuid(request))
                .map(deleted -> Reply.json(202, EventSourceReply.render(deleted)))
                .recover(failure -> Future.failedFuture(refusal(failure, "delete")));
    }

    private FunctionArn existing(String name) {
        return locator.toFeed(name).orElseThrow(() -> new InvalidParameterValueException("Function does not exist"));
    }

    private static String uuid(Request request) {
        return request.path("UUID");
    }

    private static Throwable refusal(Throwable failure, String action) {
        if (failure instanceof MappingUnknown) {
            return notFound();
        }
        if (failure instanceof MappingInUse) {
            return new ResourceInUseException("Cannot " + action + " the event source mapping because it is in use.");
        }
        if (failure instanceof MappingExists exists) {
            // The blanks are Lambda's.
            return new ResourceConflictException("An event source mapping with SQS arn (\" " + exists.source()
                    + " \") and function (\" " + exists.function() + " \") already exists. Please update or delete the"
                    + " existing mapping with UUID " + exists.uuid());
        }
        if (failure instanceof QueueUnknown) {
            return new InvalidParameterValueException("Error occurred while ReceiveMessage. SQS Error Code:"
                    + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
                    + " exist.");
        }
        if (failure instanceof QueueUnsuitable unsuitable) {
            return new InvalidParameterValueException(String.valueOf(unsuitable.getMessage()));
        }
        return failure;
    }

    private static ResourceNotFoundException notFound() {
        return new ResourceNotFoundException("The resource you requested does not exist.");
    }
}
