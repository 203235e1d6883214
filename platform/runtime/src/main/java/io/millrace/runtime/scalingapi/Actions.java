package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScheduledAction;
import io.millrace.runtime.scaling.ActionChange;
import io.millrace.runtime.scaling.ActionChange.Bounds;
import io.millrace.runtime.scaling.ScalingAdministration;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Ranges that are set at given times. */
final class Actions {
    /** No colon, slash, bar or control character, no space at either end. */
    private static final Pattern NAME =
            Pattern.compile("(?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+");

    private final ScalingAdministration scaling;
    private final Arns arns;

    Actions(ScalingAdministration scaling, Arns arns) {
        this.scaling = scaling;
        this.arns = arns;
    }

    Future<ObjectNode> put(Members request) {
        ScalableResource resource = Subject.of(request);
        String name = name(request);
        Optional<Instant> start = request.instant("StartTime");
        Optional<Instant> end = request.instant("EndTime");
        if (start.isPresent() && end.isPresent() && !start.get().isBefore(end.get())) {
            throw Refusal.validation("EndTime is '" + end.get() + "', expected one after StartTime " + start.get());
        }
        ActionChange change = new ActionChange(
                request.text("Schedule"),
                request.text("Timezone"),
                start,
                end,
                request.object("ScalableTargetAction").map(Actions::bounds));
        return scaling.putAction(resource, name, change).map(done -> JsonNodeFactory.instance.objectNode());
    }

    Future<ObjectNode> describe(Members request) {
        Subject.require(request);
        Optional<ScalableResource> resource = Subject.filter(request);
        List<String> names = request.texts("ScheduledActionNames");
        List<Stored> found = scaling.all().stream()
                .filter(target -> resource.map(target.resource()::equals).orElse(true))
                .flatMap(Stored::of)
                .filter(stored ->
                        names.isEmpty() || names.contains(stored.action().name()))
                .toList();
        return Future.succeededFuture(Page.of(request, "ScheduledActions", found, Stored::key, this::render));
    }

    Future<ObjectNode> delete(Members request) {
        ScalableResource resource = Subject.of(request);
        String name = name(request);
        return scaling.deleteAction(resource, name).map(done -> JsonNodeFactory.instance.objectNode());
    }

    private static String name(Members request) {
        return Subject.name(
                request, "ScheduledActionName", NAME, "characters without colon, slash, bar, and spaces at the ends");
    }

    private static Bounds bounds(Members action) {
        return new Bounds(Targets.capacity(action, "MinCapacity"), Targets.capacity(action, "MaxCapacity"));
    }

    private ObjectNode render(Stored stored) {
        ScheduledAction action = stored.action();
        ObjectNode body = Subject.put(JsonNodeFactory.instance.objectNode(), stored.resource())
                .put("ScheduledActionName", action.name())
                .put("ScheduledActionARN", arns.action(stored.resource(), action))
                .put("Schedule", action.schedule())
                .put("CreationTime", Times.seconds(action.created()));
        action.timeZone().ifPresent(zone -> body.put("Timezone", zone));
        action.start().ifPresent(start -> body.put("StartTime", Times.seconds(start)));
        action.end().ifPresent(end -> body.put("EndTime", Times.seconds(end)));
        ObjectNode bounds = body.putObject("ScalableTargetAction");
        action.minimum().ifPresent(minimum -> bounds.put("MinCapacity", minimum));
        action.maximum().ifPresent(maximum -> bounds.put("MaxCapacity", maximum));
        return body;
    }

    private record Stored(ScalableResource resource, ScheduledAction action) {
        static Stream<Stored> of(ScalableTarget target) {
            return target.actions().values().stream().map(action -> new Stored(target.resource(), action));
        }

        String key() {
            return resource + "/" + action.name();
        }
    }
}
