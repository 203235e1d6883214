package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.mapping.MappingSettings;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Which sources feed which functions (lambda-semantics 3.1 to 3.4). */
final class EventSourceMappings {
    private static final int MOST_ON_A_PAGE = 100;

    private final MappingAdministration mappings;
    private final FunctionLocator locator;
    private final IdentitySettings identity;
    private final EventSourceRefusals refusals;
    private final InstantSource clock;

    EventSourceMappings(
            MappingAdministration mappings, FunctionLocator locator, IdentitySettings identity, InstantSource clock) {
        this.mappings = mappings;
        this.locator = locator;
        this.identity = identity;
        this.refusals = new EventSourceRefusals(identity);
        this.clock = clock;
    }

    /** What AWS would refuse is refused first, and in its order. */
    Future<Reply> create(Request request) {
        Members given = request.members();
        EventSource source = EventSource.read(given);
        source.check(given);
        EventSourceMembers members = new EventSourceMembers(given, source.kind());
        members.check();
        FunctionArn function = existing(members.functionName().orElseThrow());
        members.refuseWithoutEffect();
        SourceDescription described = source.described(given, identity, clock.instant());
        MappingSettings settings = members.settings(function);
        return mappings.create(described, settings, members.enabled().orElse(true), members.tags())
                .map(created -> Reply.json(202, render(created)))
                .recover(failure -> Future.failedFuture(refusals.ofCreation(failure, described)));
    }

    private ObjectNode render(EventSourceMapping mapping) {
        return EventSourceReply.render(mapping, mappings.lastResult(mapping.uuid()), identity);
    }

    Future<Reply> show(Request request) {
        EventSourceMapping mapping = mappings.find(uuid(request)).orElseThrow(EventSourceRefusals::notFound);
        return Future.succeededFuture(Reply.json(200, render(mapping)));
    }

    /** In the order of UUIDs; what does not exist is in no list, and not refused. */
    Future<Reply> list(Request request) {
        Optional<String> source = request.query("EventSourceArn");
        Optional<String> function = request.query("FunctionName");
        List<EventSourceMapping> found = mappings.all().stream()
                .filter(each -> source.isEmpty() || source.equals(each.source().arn()))
                .filter(each -> function.isEmpty() || isOf(each.settings().function(), locator.meant(function.get())))
                .toList();
        return Future.succeededFuture(Page.of(request, found, EventSourceMapping::uuid, MOST_ON_A_PAGE)
                .reply("EventSourceMappings", this::render));
    }

    /** A function without a qualifier stands for all it has. */
    private static boolean isOf(FunctionArn fed, Optional<FunctionArn> asked) {
        return asked.filter(arn -> arn.qualifier().isEmpty() ? arn.function().equals(fed.function()) : arn.equals(fed))
                .isPresent();
    }

    Future<Reply> update(Request request) {
        String uuid = uuid(request);
        SourceDescription source =
                mappings.find(uuid).orElseThrow(EventSourceRefusals::notFound).source();
        EventSourceMembers members = new EventSourceMembers(request.members(), SourceKind.of(source));
        members.check();
        Optional<FunctionArn> function = members.functionName().map(this::existing);
        members.refuseWithoutEffect();
        members.refuseChangesOf(source, uuid);
        return mappings.update(
                        uuid,
                        before -> function.map(to -> members.over(before.withFunction(to)))
                                .orElseGet(() -> members.over(before)),
                        members.enabled())
                .map(updated -> Reply.json(202, render(updated)))
                .recover(failure -> Future.failedFuture(refusals.of(failure, "update")));
    }

    Future<Reply> delete(Request request) {
        return mappings.delete(uuid(request))
                .map(deleted -> Reply.json(202, render(deleted)))
                .recover(failure -> Future.failedFuture(refusals.of(failure, "delete")));
    }

    private FunctionArn existing(String name) {
        return locator.toFeed(name).orElseThrow(() -> new InvalidParameterValueException("Function does not exist"));
    }

    private static String uuid(Request request) {
        return request.path("UUID");
    }
}
