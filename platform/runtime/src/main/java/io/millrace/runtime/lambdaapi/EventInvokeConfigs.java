package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.EventInvokeConfig;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How asynchronous invocations of functions, versions and aliases are retried and recorded (lambda-semantics 2.3). */
final class EventInvokeConfigs {
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final DestinationArns destinations;
    private final Clock clock;

    EventInvokeConfigs(FunctionAdministration functions, FunctionLocator locator, Clock clock) {
        this.functions = functions;
        this.locator = locator;
        this.destinations = new DestinationArns(functions, locator);
        this.clock = clock;
    }

    /** Replaces the whole. */
    Future<Reply> put(Request request) {
        EventInvokeMembers members = members(request);
        FunctionArn arn = existing(request, "PutFunctionEventInvokeConfig");
        destinations.check(arn.function(), members);
        return configure(arn, before -> replacing(arn, members));
    }

    /** Replaces what is given. */
    Future<Reply> update(Request request) {
        EventInvokeMembers members = members(request);
        FunctionArn arn = existing(request, "UpdateFunctionEventInvokeConfig");
        config(arn);
        destinations.check(arn.function(), members);
        return configure(arn, before -> merging(before.orElseThrow(() -> withoutConfig(arn)), members));
    }

    private Future<Reply> configure(FunctionArn arn, Function<Optional<EventInvokeConfig>, EventInvokeConfig> change) {
        String qualifier = qualifier(arn);
        return functions
                .configureAsync(arn.function(), qualifier, before -> Optional.of(change.apply(before)))
                .map(function -> reply(arn, function));
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = named(request, "GetFunctionEventInvokeConfig");
        return Future.succeededFuture(Reply.json(200, render(arn, config(arn))));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = named(request, "DeleteFunctionEventInvokeConfig");
        config(arn);
        return functions
                .configureAsync(arn.function(), qualifier(arn), before -> Optional.empty())
                .map(cleared -> Reply.empty(204));
    }

    /** Those of all qualifiers. */
    Future<Reply> list(Request request) {
        FunctionArn arn = locator.named(request, "ListFunctionEventInvokeConfigs");
        RegisteredFunction function = functions.find(arn.function()).orElseThrow(EventInvokeConfigs::noFunction);
        List<EventInvokeConfig> all = List.copyOf(function.eventInvokeConfigs().values());
        return Future.succeededFuture(Page.of(request, all, EventInvokeConfig::qualifier)
                .reply("FunctionEventInvokeConfigs", config -> render(arn.withQualifier(config.qualifier()), config)));
    }

    private static EventInvokeMembers members(Request request) {
        EventInvokeMembers members = EventInvokeMembers.read(request.members());
        if (members.isEmpty()) {
            throw new InvalidParameterValueException(
                    "You must specify at least one of error handling or destination setting.");
        }
        return members;
    }

    private EventInvokeConfig replacing(FunctionArn arn, EventInvokeMembers members) {
        return new EventInvokeConfig(
                qualifier(arn),
                members.maximumRetryAttempts(),
                members.maximumEventAge(),
                members.onSuccess().filter(destination -> !destination.isEmpty()),
                members.onFailure().filter(destination -> !destination.isEmpty()),
                now());
    }

    private EventInvokeConfig merging(EventInvokeConfig current, EventInvokeMembers members) {
        return new EventInvokeConfig(
                current.qualifier(),
                members.maximumRetryAttempts().or(current::maximumRetryAttempts),
                members.maximumEventAge().or(current::maximumEventAge),
                members.onSuccess().or(current::onSuccess).filter(destination -> !destination.isEmpty()),
                members.onFailure().or(current::onFailure).filter(destination -> !destination.isEmpty()),
                now());
    }

    /** Always qualified, as its replies show it. */
    private FunctionArn named(Request request, String action) {
        return locator.named(request, action).qualified();
    }

    /** The function, version or alias to configure, which exists. */
    private FunctionArn existing(Request request, String action) {
        FunctionArn arn = named(request, action);
        if (functions
                .find(arn.function())
                .filter(function -> function.published().exists(qualifier(arn)))
                .isEmpty()) {
            throw noFunction();
        }
        return arn;
    }

    private EventInvokeConfig config(FunctionArn arn) {
        return functions
                .find(arn.function())
                .flatMap(function -> function.eventInvokeConfig(qualifier(arn)))
                .orElseThrow(() -> withoutConfig(arn));
    }

    private static String qualifier(FunctionArn arn) {
        return arn.qualifier().orElse(FunctionArn.LATEST);
    }

    private static ResourceNotFoundException noFunction() {
        return new ResourceNotFoundException("The function doesn't exist.");
    }

    private static ResourceNotFoundException withoutConfig(FunctionArn arn) {
        return new ResourceNotFoundException("The function " + arn + " doesn't have an EventInvokeConfig");
    }

    /** The database keeps milliseconds. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private static Reply reply(FunctionArn arn, RegisteredFunction function) {
        return Reply.json(
                200, render(arn, function.eventInvokeConfig(qualifier(arn)).orElseThrow()));
    }

    private static ObjectNode render(FunctionArn arn, EventInvokeConfig config) {
        ObjectNode body = Json.object();
        body.put("LastModified", config.lastModified().toEpochMilli() / 1000.0).put("FunctionArn", arn.toString());
        config.maximumRetryAttempts().ifPresent(attempts -> body.put("MaximumRetryAttempts", attempts));
        config.maximumEventAge()
                .map(Duration::toSeconds)
                .ifPresent(seconds -> body.put("MaximumEventAgeInSeconds", seconds));
        ObjectNode destinations = body.putObject("DestinationConfig");
        ObjectNode onSuccess = destinations.putObject("OnSuccess");
        ObjectNode onFailure = destinations.putObject("OnFailure");
        config.onSuccess().ifPresent(destination -> onSuccess.put("Destination", destination));
        config.onFailure().ifPresent(destination -> onFailure.put("Destination", destination));
        return body;
    }
}
