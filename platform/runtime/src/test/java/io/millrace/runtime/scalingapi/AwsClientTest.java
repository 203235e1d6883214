package io.millrace.runtime.scalingapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.Role;
import io.millrace.runtime.scaling.ScalingFloor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.applicationautoscaling.ApplicationAutoScalingClient;
import software.amazon.awssdk.services.applicationautoscaling.model.ApplicationAutoScalingException;
import software.amazon.awssdk.services.applicationautoscaling.model.MetricType;
import software.amazon.awssdk.services.applicationautoscaling.model.ObjectNotFoundException;
import software.amazon.awssdk.services.applicationautoscaling.model.PolicyType;
import software.amazon.awssdk.services.applicationautoscaling.model.ScalableDimension;
import software.amazon.awssdk.services.applicationautoscaling.model.ScalableTarget;
import software.amazon.awssdk.services.applicationautoscaling.model.ScalingPolicy;
import software.amazon.awssdk.services.applicationautoscaling.model.ScheduledAction;
import software.amazon.awssdk.services.applicationautoscaling.model.ServiceNamespace;
import software.amazon.awssdk.services.applicationautoscaling.model.ValidationException;

/** The vendor's own client, unchanged but for its endpoint. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AwsClientTest {
    private static final String LIVE = ScalingFloor.LIVE.toString();
    private static final ServiceNamespace LAMBDA = ServiceNamespace.LAMBDA;
    private static final ScalableDimension DIMENSION = ScalableDimension.LAMBDA_FUNCTION_PROVISIONED_CONCURRENCY;

    private final ScalingDoor door;
    private final ApplicationAutoScalingClient client;

    AwsClientTest(@TempDir Path data) {
        this.door = new ScalingDoor(data);
        this.client = client("any", "any");
    }

    private ApplicationAutoScalingClient client(String id, String secret) {
        return ApplicationAutoScalingClient.builder()
                .httpClient(UrlConnectionHttpClient.create())
                .endpointOverride(door.address)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret)))
                .overrideConfiguration(configuration -> configuration.apiCallTimeout(Duration.ofSeconds(30)))
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    @Test
    void a_target_is_registered_changed_shown_and_deregistered() {
        String arn = register(1, 10);
        client.registerScalableTarget(request -> request.serviceNamespace(LAMBDA)
                .resourceId(LIVE)
                .scalableDimension(DIMENSION)
                .maxCapacity(20)
                .suspendedState(state -> state.scheduledScalingSuspended(true)));

        List<ScalableTarget> shown = client.describeScalableTargets(
                        request -> request.serviceNamespace(LAMBDA).resourceIds(LIVE))
                .scalableTargets();

        assertThat(shown).singleElement().satisfies(target -> {
            assertThat(target.scalableTargetARN()).isEqualTo(arn);
            assertThat(target.resourceId()).isEqualTo(LIVE);
            assertThat(target.serviceNamespace()).isEqualTo(LAMBDA);
            assertThat(target.scalableDimension()).isEqualTo(DIMENSION);
            assertThat(target.minCapacity()).isEqualTo(1);
            assertThat(target.maxCapacity()).isEqualTo(20);
            assertThat(target.suspendedState().scheduledScalingSuspended()).isTrue();
            assertThat(target.suspendedState().dynamicScalingInSuspended()).isFalse();
            assertThat(target.creationTime()).isEqualTo(ScalingDoor.NOW);
            assertThat(target.roleARN()).contains("LambdaConcurrency");
        });
        client.deregisterScalableTarget(
                request -> request.serviceNamespace(LAMBDA).resourceId(LIVE).scalableDimension(DIMENSION));
        assertThat(client.describeScalableTargets(request -> request.serviceNamespace(LAMBDA))
                        .scalableTargets())
                .isEmpty();
    }

    @Test
    void a_policy_is_put_shown_and_deleted() {
        register(1, 10);
        String arn = client.putScalingPolicy(request -> request.policyName("follow")
                        .serviceNamespace(LAMBDA)
                        .resourceId(LIVE)
                        .scalableDimension(DIMENSION)
                        .policyType(PolicyType.TARGET_TRACKING_SCALING)
                        .targetTrackingScalingPolicyConfiguration(tracking -> tracking.targetValue(0.7)
                                .scaleInCooldown(60)
                                .disableScaleIn(true)
                                .predefinedMetricSpecification(metric -> metric.predefinedMetricType(
                                        MetricType.LAMBDA_PROVISIONED_CONCURRENCY_UTILIZATION))))
                .policyARN();

        List<ScalingPolicy> shown = client.describeScalingPolicies(
                        request -> request.serviceNamespace(LAMBDA).policyNames("follow"))
                .scalingPolicies();

        assertThat(shown).singleElement().satisfies(policy -> {
            assertThat(policy.policyARN()).isEqualTo(arn).endsWith(":resource/lambda/" + LIVE + ":policyName/follow");
            assertThat(policy.policyType()).isEqualTo(PolicyType.TARGET_TRACKING_SCALING);
            var tracking = policy.targetTrackingScalingPolicyConfiguration();
            assertThat(tracking.targetValue()).isEqualTo(0.7);
            assertThat(tracking.scaleInCooldown()).isEqualTo(60);
            assertThat(tracking.scaleOutCooldown()).isZero();
            assertThat(tracking.disableScaleIn()).isTrue();
            assertThat(tracking.predefinedMetricSpecification().predefinedMetricType())
                    .isEqualTo(MetricType.LAMBDA_PROVISIONED_CONCURRENCY_UTILIZATION);
        });
        client.deleteScalingPolicy(request -> request.policyName("follow")
                .serviceNamespace(LAMBDA)
                .resourceId(LIVE)
                .scalableDimension(DIMENSION));
        assertThat(client.describeScalingPolicies(request -> request.serviceNamespace(LAMBDA))
                        .scalingPolicies())
                .isEmpty();
    }

    @Test
    void a_scheduled_action_is_put_changed_shown_and_deleted() {
        register(1, 10);
        Instant start = Instant.parse("2026-12-01T00:00:00Z");
        client.putScheduledAction(request -> request.scheduledActionName("morning")
                .serviceNamespace(LAMBDA)
                .resourceId(LIVE)
                .scalableDimension(DIMENSION)
                .schedule("cron(0 8 ? * MON-FRI *)")
                .timezone("Europe/Berlin")
                .startTime(start)
                .scalableTargetAction(action -> action.minCapacity(5)));
        client.putScheduledAction(request -> request.scheduledActionName("morning")
                .serviceNamespace(LAMBDA)
                .resourceId(LIVE)
                .scalableDimension(DIMENSION)
                .endTime(start.plusSeconds(9_999_999)));

        List<ScheduledAction> shown = client.describeScheduledActions(
                        request -> request.serviceNamespace(LAMBDA).resourceId(LIVE))
                .scheduledActions();

        assertThat(shown).singleElement().satisfies(action -> {
            assertThat(action.scheduledActionName()).isEqualTo("morning");
            assertThat(action.schedule()).isEqualTo("cron(0 8 ? * MON-FRI *)");
            assertThat(action.timezone()).isEqualTo("Europe/Berlin");
            assertThat(action.startTime()).as("not given again, so it ends").isNull();
            assertThat(action.endTime()).isEqualTo(start.plusSeconds(9_999_999));
            assertThat(action.scalableTargetAction().minCapacity()).isEqualTo(5);
            assertThat(action.scalableTargetAction().maxCapacity()).isNull();
            assertThat(action.creationTime()).isEqualTo(ScalingDoor.NOW);
        });
        client.deleteScheduledAction(request -> request.scheduledActionName("morning")
                .serviceNamespace(LAMBDA)
                .resourceId(LIVE)
                .scalableDimension(DIMENSION));
        assertThat(client.describeScheduledActions(request -> request.serviceNamespace(LAMBDA))
                        .hasScheduledActions())
                .isTrue();
    }

    @Test
    void errors_are_the_types_of_the_client() {
        assertThatThrownBy(() -> client.deregisterScalableTarget(request ->
                        request.serviceNamespace(LAMBDA).resourceId(LIVE).scalableDimension(DIMENSION)))
                .isInstanceOf(ObjectNotFoundException.class)
                .hasMessageContaining("No scalable target registered for service namespace: lambda");
        assertThatThrownBy(() -> register(5, 1))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Maximum capacity cannot be less than minimum capacity");
        assertThatThrownBy(() ->
                        client.describeScalableTargets(request -> request.serviceNamespace(ServiceNamespace.DYNAMODB)))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value 'dynamodb' at 'serviceNamespace'");
    }

    @Test
    void pages_follow_each_other_to_the_end() {
        register(1, 10);
        for (int number = 0; number < 7; number++) {
            String name = "action-" + number;
            client.putScheduledAction(request -> request.scheduledActionName(name)
                    .serviceNamespace(LAMBDA)
                    .resourceId(LIVE)
                    .scalableDimension(DIMENSION)
                    .schedule("rate(1 day)")
                    .scalableTargetAction(action -> action.minCapacity(5)));
        }

        var pages =
                client
                        .describeScheduledActionsPaginator(
                                request -> request.serviceNamespace(LAMBDA).maxResults(3))
                        .stream()
                        .toList();

        assertThat(pages).hasSize(3);
        assertThat(pages)
                .flatExtracting(page -> page.scheduledActions())
                .extracting(ScheduledAction::scheduledActionName)
                .containsExactly("action-0", "action-1", "action-2", "action-3", "action-4", "action-5", "action-6");
    }

    private String register(int minimum, int maximum) {
        return client.registerScalableTarget(request -> request.serviceNamespace(LAMBDA)
                        .resourceId(LIVE)
                        .scalableDimension(DIMENSION)
                        .minCapacity(minimum)
                        .maxCapacity(maximum))
                .scalableTargetARN();
    }

    @Test
    void a_door_with_keys_lets_in_who_signs_and_may() {
        AccessKey admin = door.access.keys().create("root", Role.named("admin"));
        AccessKey reader = door.access.keys().create("ann", Role.named("reader"));

        assertThatThrownBy(() -> client.describeScalableTargets(request -> request.serviceNamespace(LAMBDA)))
                .isInstanceOfSatisfying(ApplicationAutoScalingException.class, refused -> {
                    assertThat(refused.statusCode()).isEqualTo(403);
                    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("UnrecognizedClientException");
                });
        try (ApplicationAutoScalingClient known = client(admin.id(), admin.secret());
                ApplicationAutoScalingClient reading = client(reader.id(), reader.secret());
                ApplicationAutoScalingClient wrong = client(reader.id(), admin.secret())) {
            known.registerScalableTarget(request -> request.serviceNamespace(LAMBDA)
                    .resourceId(LIVE)
                    .scalableDimension(DIMENSION)
                    .minCapacity(1)
                    .maxCapacity(2));
            assertThat(reading.describeScalableTargets(request -> request.serviceNamespace(LAMBDA))
                            .scalableTargets())
                    .hasSize(1);
            assertThatThrownBy(() -> reading.deregisterScalableTarget(request ->
                            request.serviceNamespace(LAMBDA).resourceId(LIVE).scalableDimension(DIMENSION)))
                    .hasMessageContaining("User: arn:aws:iam::000000000000:user/ann is not authorized to perform:"
                            + " application-autoscaling:DeregisterScalableTarget on resource:"
                            + " arn:aws:lambda:us-east-1:000000000000:" + LIVE);
            assertThatThrownBy(() -> wrong.describeScalableTargets(request -> request.serviceNamespace(LAMBDA)))
                    .hasMessageContaining("The request signature we calculated does not match");
        }
    }
}
