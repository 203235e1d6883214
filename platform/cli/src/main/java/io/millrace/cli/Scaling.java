package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The scaling of one version or alias, as Application Auto Scaling's operations put and show it. */
final class Scaling {
    private static final String NAMESPACE = "lambda";
    private static final String DIMENSION = "lambda:function:ProvisionedConcurrency";
    private static final String POLICY = "target-tracking";

    private final LambdaClient client;
    private final String qualified;

    /** @param qualified {@code name:qualifier} */
    Scaling(LambdaClient client, String qualified) {
        this.client = client;
        this.qualified = qualified;
    }

    void register(ObjectNode range) {
        client.scaling("RegisterScalableTarget", about(range));
    }

    /** Changes the policy that is there, whatever it is called. */
    void track(double target) {
        ObjectNode policy = about(Json.object())
                .put(
                        "PolicyName",
                        stored("DescribeScalingPolicies", "ScalingPolicies").stream()
                                .map(known -> known.path("PolicyName").asText())
                                .findFirst()
                                .orElse(POLICY))
                .put("PolicyType", "TargetTrackingScaling");
        policy.putObject("TargetTrackingScalingPolicyConfiguration")
                .put("TargetValue", target)
                .putObject("PredefinedMetricSpecification")
                .put("PredefinedMetricType", "LambdaProvisionedConcurrencyUtilization");
        client.scaling("PutScalingPolicy", policy);
    }

    void schedule(ObjectNode action) {
        client.scaling("PutScheduledAction", about(action));
    }

    void remove() {
        client.scaling("DeregisterScalableTarget", about(Json.object()));
    }

    void removeSchedule(String name) {
        client.scaling("DeleteScheduledAction", about(Json.object().put("ScheduledActionName", name)));
    }

    /** Target, policies and scheduled actions. */
    List<JsonNode> stored() {
        List<JsonNode> all = new ArrayList<>(targets());
        all.addAll(stored("DescribeScalingPolicies", "ScalingPolicies"));
        all.addAll(stored("DescribeScheduledActions", "ScheduledActions"));
        return all;
    }

    void print(PrintWriter out) {
        List<JsonNode> targets = targets();
        if (targets.isEmpty()) {
            out.println(qualified + " is not scaled");
            return;
        }
        targets.forEach(each -> out.println(
                "Scaling " + qualified + " from " + bound(each, "MinCapacity") + " to " + bound(each, "MaxCapacity")));
        stored("DescribeScalingPolicies", "ScalingPolicies")
                .forEach(each -> out.println("Target utilisation: "
                        + each.at("/TargetTrackingScalingPolicyConfiguration/TargetValue")
                                .asText()));
        Table schedules = new Table("SCHEDULE", "MIN", "MAX", "WHEN", "TIME ZONE");
        List<JsonNode> actions = stored("DescribeScheduledActions", "ScheduledActions");
        actions.forEach(each -> schedules.add(
                each.path("ScheduledActionName").asText(),
                bound(each.path("ScalableTargetAction"), "MinCapacity"),
                bound(each.path("ScalableTargetAction"), "MaxCapacity"),
                each.path("Schedule").asText(),
                each.path("Timezone").asText("UTC")));
        if (!actions.isEmpty()) {
            schedules.print(out);
        }
    }

    private List<JsonNode> targets() {
        ObjectNode request = Json.object().put("ServiceNamespace", NAMESPACE);
        request.putArray("ResourceIds").add(resource());
        return pages("DescribeScalableTargets", "ScalableTargets", request);
    }

    private List<JsonNode> stored(String operation, String member) {
        return pages(operation, member, about(Json.object()));
    }

    private List<JsonNode> pages(String operation, String member, ObjectNode request) {
        List<JsonNode> items = new ArrayList<>();
        JsonNode page = client.scaling(operation, request);
        page.path(member).forEach(items::add);
        while (page.hasNonNull("NextToken")) {
            request.put("NextToken", page.path("NextToken").asText());
            page = client.scaling(operation, request);
            page.path(member).forEach(items::add);
        }
        return items;
    }

    private ObjectNode about(ObjectNode request) {
        return request.put("ServiceNamespace", NAMESPACE)
                .put("ResourceId", resource())
                .put("ScalableDimension", DIMENSION);
    }

    private String resource() {
        return "function:" + qualified;
    }

    /** A dash where it is not set. */
    private static String bound(JsonNode range, String member) {
        return range.path(member).asText("-");
    }
}
