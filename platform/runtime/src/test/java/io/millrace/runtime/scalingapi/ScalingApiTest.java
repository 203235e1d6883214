package io.millrace.runtime.scalingapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol as it is on the wire. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScalingApiTest {
    private static final String SUBJECT =
            "'ServiceNamespace':'lambda','ResourceId':'function:orders:live','ScalableDimension':'lambda:function:ProvisionedConcurrency'";
    private static final String METRIC =
            "'PredefinedMetricSpecification':{'PredefinedMetricType':'LambdaProvisionedConcurrencyUtilization'}";

    private final ScalingDoor door;

    ScalingApiTest(@TempDir Path data) {
        this.door = new ScalingDoor(data);
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void answers_are_AWS_JSON_with_a_request_id() {
        HttpResponse<String> answer = call("RegisterScalableTarget", "{SUBJECT,'MinCapacity':1,'MaxCapacity':5}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-amz-json-1.1");
        assertThat(answer.headers().firstValue("x-amzn-RequestId")).isPresent();
        assertThat(answer.body())
                .matches("\\{\"ScalableTargetARN\":\"arn:aws:application-autoscaling:us-east-1:000000000000:"
                        + "scalable-target/[0-9a-f]{32}\"}");
        assertThat(call("DescribeScalableTargets", "{'ServiceNamespace':'lambda'}")
                        .body())
                .contains("\"CreationTime\":1795176000.250,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            DescribeScalableTargets  | {'ServiceNamespace':'ecs'} | ValidationException | 1 validation error detected: Value 'ecs' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [lambda]
            DescribeScalableTargets  | {} | ValidationException | 1 validation error detected: Value null at 'serviceNamespace' failed to satisfy constraint: Member must not be null
            DescribeScalableTargets  | {'ServiceNamespace':'lambda','ScalableDimension':'ecs:service:DesiredCount'} | ValidationException | 1 validation error detected: Value 'ecs:service:DesiredCount' at 'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set: [lambda:function:ProvisionedConcurrency]
            DescribeScalableTargets  | {'ServiceNamespace':'lambda','MaxResults':0} | ValidationException | MaxResults is '0', expected 1 to 50
            DescribeScalableTargets  | {'ServiceNamespace':'lambda','MaxResults':51} | ValidationException | MaxResults is '51', expected 1 to 50
            DescribeScalableTargets  | {'ServiceNamespace':'lambda','NextToken':'%'} | InvalidNextTokenException | NextToken is '%', expected one of an answer
            DescribeScalableTargets  | {'ServiceNamespace':5} | SerializationException | member ServiceNamespace is of another type, expected a text
            DescribeScalableTargets  | [] | SerializationException | the body is not JSON, expected an object
            DescribeScalingActivities | {'ServiceNamespace':'lambda'} | UnknownOperationException | X-Amz-Target is 'AnyScaleFrontendService.DescribeScalingActivities', expected AnyScaleFrontendService. and the name of an operation
            RegisterScalableTarget   | {'ServiceNamespace':'lambda','ResourceId':'orders:live','ScalableDimension':'lambda:function:ProvisionedConcurrency'} | ValidationException | ResourceId is 'orders:live', expected function:<name>:<alias or published version>
            RegisterScalableTarget   | {'ServiceNamespace':'lambda','ResourceId':'function:orders:dead','ScalableDimension':'lambda:function:ProvisionedConcurrency','MinCapacity':1,'MaxCapacity':2} | ValidationException | ResourceId is 'function:orders:dead', expected a published version or an alias that exists
            RegisterScalableTarget   | {SUBJECT,'MinCapacity':1} | ValidationException | MinCapacity and MaxCapacity are expected when a scalable target is registered first
            RegisterScalableTarget   | {SUBJECT,'MinCapacity':-1,'MaxCapacity':5} | ValidationException | MinCapacity is '-1', expected 0 to 1000000
            RegisterScalableTarget   | {SUBJECT,'MinCapacity':6,'MaxCapacity':5} | ValidationException | Maximum capacity cannot be less than minimum capacity: MinCapacity is 6, MaxCapacity is 5
            RegisterScalableTarget   | {SUBJECT,'MinCapacity':1,'MaxCapacity':5,'Tags':{'a':'b'}} | ValidationException | Tags are not kept here, expected none
            DeregisterScalableTarget | {SUBJECT} | ObjectNotFoundException | No scalable target registered for service namespace: lambda, resource ID: function:orders:live, scalable dimension: lambda:function:ProvisionedConcurrency
            PutScalingPolicy         | {SUBJECT,'PolicyName':'p','PolicyType':'TargetTrackingScaling','TargetTrackingScalingPolicyConfiguration':{'TargetValue':0.7,METRIC}} | ObjectNotFoundException | No scalable target registered for service namespace: lambda, resource ID: function:orders:live, scalable dimension: lambda:function:ProvisionedConcurrency
            PutScalingPolicy         | {SUBJECT,'PolicyName':'p'} | ValidationException | PolicyType is 'StepScaling', expected TargetTrackingScaling
            PutScalingPolicy         | {SUBJECT,'PolicyName':'p','PolicyType':'TargetTrackingScaling','TargetTrackingScalingPolicyConfiguration':{'TargetValue':70,METRIC}} | ValidationException | TargetValue is '70.0', expected 0.1 to 0.9
            PutScalingPolicy         | {SUBJECT,'PolicyName':'p','PolicyType':'TargetTrackingScaling','TargetTrackingScalingPolicyConfiguration':{'TargetValue':0.7,'ScaleInCooldown':-1,METRIC}} | ValidationException | ScaleInCooldown is '-1', expected 0 to 86400
            PutScalingPolicy         | {SUBJECT,'PolicyName':'p','PolicyType':'TargetTrackingScaling','TargetTrackingScalingPolicyConfiguration':{'TargetValue':0.7,'PredefinedMetricSpecification':{'PredefinedMetricType':'ECSServiceAverageCPUUtilization'}}} | ValidationException | PredefinedMetricType is 'ECSServiceAverageCPUUtilization', expected LambdaProvisionedConcurrencyUtilization
            DeleteScalingPolicy      | {SUBJECT,'PolicyName':'p'} | ObjectNotFoundException | No scaling policy found for service namespace: lambda, resource ID: function:orders:live, scalable dimension: lambda:function:ProvisionedConcurrency, policy name: p
            PutScheduledAction       | {SUBJECT,'ScheduledActionName':'a:b','Schedule':'rate(1 day)'} | ValidationException | ScheduledActionName is 'a:b', expected 1 to 256 characters without colon, slash, bar, and spaces at the ends
            PutScheduledAction       | {SUBJECT,'ScheduledActionName':'a','Schedule':'rate(1 day)','StartTime':20,'EndTime':10} | ValidationException | EndTime is '1970-01-01T00:00:10Z', expected one after StartTime 1970-01-01T00:00:20Z
            DeleteScheduledAction    | {SUBJECT,'ScheduledActionName':'a'} | ObjectNotFoundException | No scheduled action found for service namespace: lambda, resource ID: function:orders:live, scalable dimension: lambda:function:ProvisionedConcurrency, scheduled action name: a
            """)
    void what_is_refused_says_type_value_and_expectation(String operation, String body, String type, String message) {
        HttpResponse<String> answer = call(operation, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-amz-json-1.1");
        assertThat(answer.body()).isEqualTo("{\"__type\":\"" + type + "\",\"Message\":\"" + message + "\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            'ScalableTargetAction':{'MinCapacity':1} | Schedule is expected for a new scheduled action
            'Schedule':'rate(1 day)' | ScalableTargetAction is empty, expected MinCapacity, MaxCapacity or both
            'Schedule':'rate(1 day)','ScalableTargetAction':{'MinCapacity':5,'MaxCapacity':2} | Maximum capacity cannot be less than minimum capacity: MinCapacity is 5, MaxCapacity is 2
            'Schedule':'at(2026-11-20T11:00:00)','ScalableTargetAction':{'MinCapacity':1} | Schedule is 'at(2026-11-20T11:00:00)', expected one with a time to come
            'Schedule':'rate(1 day)','Timezone':'Moon','ScalableTargetAction':{'MinCapacity':1} | Timezone is 'Moon', expected an IANA time zone such as Europe/Berlin
            'Schedule':'rate(1 day)','EndTime':1795176001,'ScalableTargetAction':{'MinCapacity':1} | Schedule is 'rate(1 day)', expected one with a time to come before EndTime 2026-11-20T12:00:01Z
            """)
    void an_action_that_makes_no_sense_is_refused(String members, String message) {
        call("RegisterScalableTarget", "{SUBJECT,'MinCapacity':1,'MaxCapacity':5}");

        HttpResponse<String> answer = call("PutScheduledAction", "{SUBJECT,'ScheduledActionName':'a'," + members + "}");

        assertThat(answer.body()).isEqualTo("{\"__type\":\"ValidationException\",\"Message\":\"" + message + "\"}");
    }

    @Test
    void a_second_policy_of_another_name_is_refused_as_there_is_one_metric() {
        call("RegisterScalableTarget", "{SUBJECT,'MinCapacity':1,'MaxCapacity':5}");
        String policy = "{SUBJECT,'PolicyName':'%s','PolicyType':'TargetTrackingScaling',"
                + "'TargetTrackingScalingPolicyConfiguration':{'TargetValue':0.7,METRIC}}";

        assertThat(call("PutScalingPolicy", policy.formatted("one")).statusCode())
                .isEqualTo(200);
        assertThat(call("PutScalingPolicy", policy.formatted("one")).statusCode())
                .isEqualTo(200);
        assertThat(call("PutScalingPolicy", policy.formatted("two")).body())
                .contains("ValidationException", "Only one TargetTrackingScaling policy");
    }

    @Test
    void more_than_50_names_are_refused() {
        String names = "'function:orders:live',".repeat(50) + "'function:orders:live'";

        assertThat(call("DescribeScalableTargets", "{'ServiceNamespace':'lambda','ResourceIds':[" + names + "]}")
                        .body())
                .contains("ValidationException", "ResourceIds has 51 members, expected at most 50");
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        assertThat(call("DescribeScalableTargets", " ".repeat(300_000)).body())
                .isEqualTo("{\"__type\":\"SerializationException\","
                        + "\"Message\":\"the body is too large, expected at most 262144 bytes\"}");
    }

    /** Single quotes stand for double ones. */
    private HttpResponse<String> call(String operation, String body) {
        return door.call(
                operation,
                body.replace("SUBJECT", SUBJECT).replace("METRIC", METRIC).replace("'", "\""));
    }
}
