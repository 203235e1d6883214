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
import java.util.Optional;

/** How a function's asynchronous invocations are retried and recorded (lambda-semantics 2.3). */
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
        FunctionArn arn = latest(request, "PutFunctionEventInvokeConfig");
        if (functions.find(arn.function()).isEmpty()) {
            throw new ResourceNotFoundException("The function doesn't exist.");
        }
        EventInvokeConfig config = replacing(arn, request.members());
        return functions.configureAsync(arn.function(), Optional.of(config)).map(function -> reply(arn, function));
    }

    /** Replaces what is given. */
    Future<Reply> update(Request request) {
        FunctionArn arn = latest(request, "UpdateFunctionEventInvokeConfig");
        EventInvokeConfig config = merging(arn, existing(arn), request.members());
        return functions.configureAsync(arn.function(), Optional.of(config)).map(function -> reply(arn, function));
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = latest(request, "GetFunctionEventInvokeConfig");
        return Future.succeededFuture(Reply.json(200, render(arn, existing(arn))));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = latest(request, "DeleteFunctionEventInvokeConfig");
        existing(arn);
        return functions.configureAsync(arn.function(), Optional.empty()).map(cleared -> Reply.empty(204));
    }

    private EventInvokeConfig replacing(FunctionArn arn, Members given) {
        EventInvokeMembers members = EventInvokeMembers.read(given);
        if (members.isEmpty()) {
            throw new InvalidParameterValueException(
                    "You must specify at least one of error handling or destination setting.");
        }
        destinations.check(arn.function(), members);
        return new EventInvokeConfig(
                members.maximumRetryAttempts(),
                members.maximumEventAge(),
                members.onSuccess().filter(destination -> !destination.isEmpty()),
                members.onFailure().filter(destination -> !destination.isEmpty()),
                now());
    }

    private EventInvokeConfig merging(FunctionArn arn, EventInvokeConfig current, Members given) {
        EventInvokeMembers members = EventInvokeMembers.read(given);
        destinations.check(arn.function(), members);
        return new EventInvokeConfig(
                members.maximumRetryAttempts().or(current::maximumRetryAttempts),
                members.maximumEventAge().or(current::maximumEventAge),
                members.onSuccess().or(current::onSuccess).filter(destination -> !destination.isEmpty()),
                members.onFailure().or(current::onFailure).filter(destination -> !destination.isEmpty()),
                now());
    }

    /** Always qualified, as its replies show it; there are no versions and aliases yet. */
    private FunctionArn latest(Request request, String action) {
        FunctionArn arn = locator.named(request, action).qualified();
        if (!arn.qualifier().equals(Optional.of(FunctionArn.LATEST))) {
            throw new ResourceNotFoundException("The function " + arn + " doesn't have an EventInvokeConfig");
        }
        return arn;
    }

    private EventInvokeConfig existing(FunctionArn arn) {
        return functions
                .find(arn.function())
                .flatMap(RegisteredFunction::eventInvokeConfig)
                .orElseThrow(() ->
                        new ResourceNotFoundException("The function " + arn + " doesn't have an EventInvokeConfig"));
    }

    /** The database keeps milliseconds. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private static Reply reply(FunctionArn arn, RegisteredFunction function) {
        return Reply.json(200, render(arn, function.eventInvokeConfig().orElseThrow()));
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
