package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.Suspension;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.scaling.Registration;
import io.millrace.runtime.scaling.ScalingAdministration;
import io.vertx.core.Future;
import java.util.List;
import java.util.OptionalInt;

/** Registers, shows and deregisters what is scaled. */
final class Targets {
    private final ScalingAdministration scaling;
    private final Arns arns;

    Targets(ScalingAdministration scaling, Arns arns) {
        this.scaling = scaling;
        this.arns = arns;
    }

    /** A RoleARN is taken and not used, as AWS uses its service-linked role for Lambda whatever is said. */
    Future<ObjectNode> register(Members request) {
        ScalableResource resource = Subject.of(request);
        if (request.object("Tags").filter(tags -> !tags.object().isEmpty()).isPresent()) {
            throw Refusal.validation("Tags are not kept here, expected none");
        }
        Registration wanted = new Registration(
                capacity(request, "MinCapacity"),
                capacity(request, "MaxCapacity"),
                request.object("SuspendedState").map(Targets::suspension));
        return scaling.register(resource, wanted)
                .map(target -> JsonNodeFactory.instance.objectNode().put("ScalableTargetARN", arns.target(target)));
    }

    Future<ObjectNode> describe(Members request) {
        Subject.require(request);
        List<ScalableResource> wanted =
                request.texts("ResourceIds").stream().map(Subject::resource).toList();
        List<ScalableTarget> found = scaling.all().stream()
                .filter(target -> wanted.isEmpty() || wanted.contains(target.resource()))
                .toList();
        return Future.succeededFuture(Page.of(
                request, "ScalableTargets", found, target -> target.resource().toString(), this::render));
    }

    Future<ObjectNode> deregister(Members request) {
        return scaling.deregister(Subject.of(request)).map(done -> JsonNodeFactory.instance.objectNode());
    }

    /** @throws Refusal outside of 0 to the most that any account has */
    static OptionalInt capacity(Members request, String member) {
        OptionalInt capacity = request.integer(member);
        int value = capacity.orElse(0);
        if (value < 0 || value > CapacityRange.HIGHEST) {
            throw Refusal.validation(member + " is '" + value + "', expected 0 to " + CapacityRange.HIGHEST);
        }
        return capacity;
    }

    private static Suspension suspension(Members state) {
        return new Suspension(
                state.truth("DynamicScalingInSuspended"),
                state.truth("DynamicScalingOutSuspended"),
                state.truth("ScheduledScalingSuspended"));
    }

    private ObjectNode render(ScalableTarget target) {
        ObjectNode body = Subject.put(JsonNodeFactory.instance.objectNode(), target.resource())
                .put("MinCapacity", target.range().minimum())
                .put("MaxCapacity", target.range().maximum())
                .put("RoleARN", arns.role())
                .put("CreationTime", Times.seconds(target.created()))
                .put("ScalableTargetARN", arns.target(target));
        body.putObject("SuspendedState")
                .put("DynamicScalingInSuspended", target.suspended().scaleIn())
                .put("DynamicScalingOutSuspended", target.suspended().scaleOut())
                .put("ScheduledScalingSuspended", target.suspended().scheduled());
        return body;
    }
}
