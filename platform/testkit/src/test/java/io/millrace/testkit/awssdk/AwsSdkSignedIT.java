package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.access.RequestSigner;
import io.millrace.testkit.MillraceExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.SchedulerException;

/** A server with access keys, and callers of several kinds (docs/security.md). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkSignedIT {
    private static final String ECHO = "def handler(event, context): return event";
    private static final Pattern KEY =
            Pattern.compile("\"AccessKeyId\":\"([^\"]+)\".*\"SecretAccessKey\":\"([^\"]+)\"");

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static Key admin;
    private static Key invoker;

    private record Key(String id, String secret) {}

    @BeforeAll
    static void makeKeys() throws IOException, InterruptedException {
        sdk.create("orders", ECHO);
        sdk.create("payments", ECHO);
        admin = key("{\"User\":\"root\",\"Role\":\"admin\"}", Optional.empty());
        invoker = key("{\"User\":\"ci\",\"Role\":\"invoker:orders*\"}", Optional.of(admin));
    }

    private static Key key(String wanted, Optional<Key> by) throws IOException, InterruptedException {
        URI url = sdk.url().resolve("/_millrace/keys");
        byte[] body = wanted.getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        by.map(key -> new RequestSigner(key.id(), key.secret(), "us-east-1", Clock.systemUTC()))
                .map(signer -> signer.sign("lambda", "POST", url, Map.of(), body))
                .ifPresent(headers -> headers.forEach(request::header));
        HttpResponse<String> answer =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        Matcher key = KEY.matcher(answer.body());
        assertThat(key.find()).as(answer.body()).isTrue();
        return new Key(key.group(1), key.group(2));
    }

    private static LambdaClient as(Key key) {
        return sdk.signing(key.id(), key.secret());
    }

    private static String refused(ThrowingCallable call) {
        Refusal refusal = Refusal.of(call);
        return refusal.status() + " " + refusal.code() + ": " + refusal.message();
    }

    @Test
    void who_may_do_everything_does() {
        try (LambdaClient lambda = as(admin)) {
            assertThat(lambda.listFunctions().functions()).hasSize(2);
            assertThat(lambda.getFunction(request -> request.functionName(SdkClient.ARN + "orders"))
                            .configuration()
                            .functionName())
                    .isEqualTo("orders");
        }
    }

    @Test
    void an_invoker_invokes_what_its_role_names_and_nothing_else() {
        try (LambdaClient lambda = as(invoker)) {
            assertThat(lambda.invoke(request -> request.functionName("orders").payload(SdkBytes.fromUtf8String("7")))
                            .payload()
                            .asUtf8String())
                    .isEqualTo("7");
            assertThat(refused(() -> lambda.invoke(request -> request.functionName("payments"))))
                    .isEqualTo("403 AccessDeniedException: User: arn:aws:iam::000000000000:user/ci is not authorized to"
                            + " perform: lambda:InvokeFunction on resource: " + SdkClient.ARN
                            + "payments because no identity-based policy allows the lambda:InvokeFunction action");
            assertThat(refused(() -> lambda.deleteFunction(request -> request.functionName("orders"))))
                    .startsWith("403 AccessDeniedException: ");
        }
    }

    @Test
    void a_policy_lets_a_user_in_that_its_role_does_not() {
        try (LambdaClient root = as(admin);
                LambdaClient ci = as(invoker)) {
            // Given
            root.addPermission(permission -> permission
                    .functionName("payments")
                    .statementId("ci")
                    .action("lambda:GetFunctionConfiguration")
                    .principal("arn:aws:iam::000000000000:user/ci"));
            // When, then
            assertThat(ci.getFunctionConfiguration(request -> request.functionName("payments"))
                            .functionName())
                    .isEqualTo("payments");
            root.removePermission(
                    permission -> permission.functionName("payments").statementId("ci"));
            assertThat(refused(() -> ci.getFunctionConfiguration(request -> request.functionName("payments"))))
                    .startsWith("403 AccessDeniedException: ");
        }
    }

    @Test
    void a_wrong_secret_and_an_unknown_key_are_told_apart_from_nothing_but_themselves() {
        try (LambdaClient wrong = sdk.signing(admin.id(), invoker.secret());
                LambdaClient unknown = sdk.signing("AKIAAAAAAAAAAAAAAAAA", admin.secret())) {
            assertThat(refused(wrong::listFunctions))
                    .startsWith("403 InvalidSignatureException: The request signature");
            assertThat(refused(unknown::listFunctions))
                    .isEqualTo(
                            "403 UnrecognizedClientException: The security token included in the request is invalid.");
        }
    }

    @Test
    void schedules_are_for_those_who_may_reach_what_they_start() throws IOException, InterruptedException {
        Key reader = key("{\"User\":\"ann\",\"Role\":\"reader\"}", Optional.of(admin));
        Key planner = key(
                "{\"User\":\"bob\",\"Statements\":[{\"actions\":[\"scheduler:*\"],\"resources\":[\"*\"]},"
                        + "{\"actions\":[\"lambda:InvokeFunction\"],\"resources\":[\"orders\"]}]}",
                Optional.of(admin));
        try (SchedulerClient root = sdk.scheduler(admin.id(), admin.secret());
                SchedulerClient reading = sdk.scheduler(reader.id(), reader.secret());
                SchedulerClient planning = sdk.scheduler(planner.id(), planner.secret());
                SchedulerClient unknown = sdk.scheduler("any", "thing")) {
            schedule(root, "by-root", "payments");
            schedule(planning, "by-planner", "orders");

            assertThat(reading.listSchedules(request -> {}).schedules()).hasSize(2);
            refusedWith(403, () -> schedule(reading, "by-reader", "orders"));
            refusedWith(403, () -> schedule(planning, "by-planner-too", "payments"));
            refusedWith(403, () -> unknown.listSchedules(request -> {}));
        }
    }

    private static void schedule(SchedulerClient client, String name, String function) {
        client.createSchedule(request -> request.name(name)
                .scheduleExpression("rate(1 day)")
                .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                .target(target -> target.arn(SdkClient.ARN + function).roleArn(SdkClient.ROLE)));
    }

    private static void refusedWith(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(SchedulerException.class, refusal -> assertThat(refusal.statusCode())
                        .isEqualTo(status));
    }
}
