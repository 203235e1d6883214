package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.TargetTrackingPolicy;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScalingPolicy;
import io.millrace.runtime.scaling.ScalingAdministration;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Target tracking by the utilisation of provisioned concurrency; there are no other policies here. */
final class Policies {
    private static final Pattern NAME = Pattern.compile("\\p{Print}+");
    private static final String TYPE = "TargetTrackingScaling";
    private static final String CONFIGURATION = "TargetTrackingScalingPolicyConfiguration";
    private static final String METRIC = "LambdaProvisionedConcurrencyUtilization";
    private static final int LONGEST_COOLDOWN = Math.toIntExact(TargetTrackingPolicy.LONGEST_COOLDOWN.toSeconds());

    private final ScalingAdministration scaling;
    private final Arns arns;

    Policies(ScalingAdministration scaling, Arns arns) {
        this.scaling = scaling;
        this.arns = arns;
    }

    /** There are no alarms to name: the controller looks itself. */
    Future<ObjectNode> put(Members request) {
        ScalableResource resource = Subject.of(request);
        String name = name(request);
        String type = request.text("PolicyType").orElse("StepScaling");
        if (!type.equals(TYPE)) {
            throw Refusal.validation("PolicyType is '" + type + "', expected " + TYPE);
        }
        TargetTrackingPolicy tracking = tracking(request.object(CONFIGURATION)
                .orElseThrow(() -> Subject.missing("targetTrackingScalingPolicyConfiguration")));
        return scaling.putPolicy(resource, name, tracking).map(policy -> {
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("PolicyARN", arns.policy(resource, policy));
            body.putArray("Alarms");
            return body;
        });
    }

    Future<ObjectNode> describe(Members request) {
        Subject.require(request);
        Optional<ScalableResource> resource = Subject.filter(request);
        List<String> names = request.texts("PolicyNames");
        List<Stored> found = scaling.all().stream()
                .filter(target -> resource.map(target.resource()::equals).orElse(true))
                .flatMap(target -> Stored.of(target).stream())
                .filter(stored ->
                        names.isEmpty() || names.contains(stored.policy().name()))
                .toList();
        return Future.succeededFuture(Page.of(request, "ScalingPolicies", found, Stored::key, this::render));
    }

    Future<ObjectNode> delete(Members request) {
        ScalableResource resource = Subject.of(request);
        String name = name(request);
        return scaling.deletePolicy(resource, name).map(done -> JsonNodeFactory.instance.objectNode());
    }

    private static String name(Members request) {
        return Subject.name(request, "PolicyName", NAME, "printable characters");
    }

    private static TargetTrackingPolicy tracking(Members configuration) {
        if (configuration.has("CustomizedMetricSpecification")) {
            throw Refusal.validation(
                    "CustomizedMetricSpecification is given, expected PredefinedMetricSpecification of " + METRIC);
        }
        String metric = configuration
                .object("PredefinedMetricSpecification")
                .flatMap(specification -> specification.text("PredefinedMetricType"))
                .orElseThrow(() -> Subject.missing("predefinedMetricSpecification.predefinedMetricType"));
        if (!metric.equals(METRIC)) {
            throw Refusal.validation("PredefinedMetricType is '" + metric + "', expected " + METRIC);
        }
        return new TargetTrackingPolicy(
                target(configuration),
                cooldown(configuration, "ScaleOutCooldown"),
                cooldown(configuration, "ScaleInCooldown"),
                configuration.truth("DisableScaleIn"));
    }

    private static double target(Members configuration) {
        double target = configuration.number("TargetValue").orElseThrow(() -> Subject.missing("targetValue"));
        if (!(target >= TargetTrackingPolicy.LOWEST_TARGET && target <= TargetTrackingPolicy.HIGHEST_TARGET)) {
            throw Refusal.validation("TargetValue is '" + target + "', expected " + TargetTrackingPolicy.LOWEST_TARGET
                    + " to " + TargetTrackingPolicy.HIGHEST_TARGET);
        }
        return target;
    }

    /** Application Auto Scaling's default for Lambda is none. */
    private static Duration cooldown(Members configuration, String member) {
        int seconds = configuration.integer(member).orElse(0);
        if (seconds < 0 || seconds > LONGEST_COOLDOWN) {
            throw Refusal.validation(member + " is '" + seconds + "', expected 0 to " + LONGEST_COOLDOWN);
        }
        return Duration.ofSeconds(seconds);
    }

    private ObjectNode render(Stored stored) {
        ScalingPolicy policy = stored.policy();
        TargetTrackingPolicy tracking = policy.tracking();
        ObjectNode body = Subject.put(JsonNodeFactory.instance.objectNode(), stored.resource())
                .put("PolicyARN", arns.policy(stored.resource(), policy))
                .put("PolicyName", policy.name())
                .put("PolicyType", TYPE)
                .put("CreationTime", Times.seconds(policy.created()));
        body.putArray("Alarms");
        body.putObject(CONFIGURATION)
                .put("TargetValue", tracking.target())
                .put("ScaleOutCooldown", tracking.scaleOutCooldown().toSeconds())
                .put("ScaleInCooldown", tracking.scaleInCooldown().toSeconds())
                .put("DisableScaleIn", tracking.isScaleInDisabled())
                .putObject("PredefinedMetricSpecification")
                .put("PredefinedMetricType", METRIC);
        return body;
    }

    private record Stored(ScalableResource resource, ScalingPolicy policy) {
        static Optional<Stored> of(ScalableTarget target) {
            return target.policy().map(policy -> new Stored(target.resource(), policy));
        }

        String key() {
            return resource + "/" + policy.name();
        }
    }
}
