package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.TracingMode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/** Making, showing, changing and deleting functions (lambda-semantics 6.1, 6.2). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkFunctionsIT {
    private static final String ONE = "def handler(event, context): return 1";
    private static final String TWO = "def handler(event, context): return 2";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Creating {
        @Test
        void a_function_from_a_zip_is_told_with_all_its_members() {
            // When
            CreateFunctionResponse created = sdk.create("told", ONE, function -> function.description("tells")
                    .memorySize(256)
                    .environment(environment -> environment.variables(Map.of("GREETING", "hello"))));
            // Then
            assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(created.functionName()).isEqualTo("told");
            assertThat(created.functionArn()).isEqualTo(SdkClient.ARN + "told");
            assertThat(created.runtime()).isEqualTo(Runtime.PYTHON3_12);
            assertThat(created.role()).isEqualTo(SdkClient.ROLE);
            assertThat(created.handler()).isEqualTo("index.handler");
            assertThat(created.description()).isEqualTo("tells");
            assertThat(created.timeout()).isEqualTo(30);
            assertThat(created.memorySize()).isEqualTo(256);
            assertThat(created.version()).isEqualTo("$LATEST");
            assertThat(created.codeSize()).isPositive();
            assertThat(created.codeSha256()).hasSize(44).endsWith("=");
            assertThat(created.revisionId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
            assertThat(created.lastModified()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000");
            assertThat(created.environment().variables()).containsExactly(Map.entry("GREETING", "hello"));
            assertThat(created.packageType()).isEqualTo(PackageType.ZIP);
            assertThat(created.architectures()).containsExactly(Architecture.X86_64);
            assertThat(created.ephemeralStorage().size()).isEqualTo(512);
            assertThat(created.tracingConfig().mode()).isEqualTo(TracingMode.PASS_THROUGH);
            assertThat(created.snapStart().applyOnAsString()).isEqualTo("None");
            assertThat(created.snapStart().optimizationStatusAsString()).isEqualTo("Off");
            assertThat(created.loggingConfig().logFormatAsString()).isEqualTo("Text");
            assertThat(created.loggingConfig().logGroup()).isEqualTo("/aws/lambda/told");
            assertThat(created.hasLayers()).isFalse();
        }

        @Test
        void what_is_not_said_has_Lambda_s_defaults() {
            // When
            CreateFunctionResponse created = sdk.create("defaults", ONE, function -> function.timeout(null));
            // Then
            assertThat(created.description()).isEmpty();
            assertThat(created.timeout()).isEqualTo(3);
            assertThat(created.memorySize()).isEqualTo(128);
            assertThat(created.environment()).isNull();
        }

        @Test
        void a_function_from_a_jar_runs() {
            // When
            sdk.lambda().createFunction(function -> function.functionName("from-jar")
                    .runtime(Runtime.JAVA17)
                    .handler(Greeter.class.getName() + "::handleRequest")
                    .role(SdkClient.ROLE)
                    .timeout(30)
                    .code(code -> code.zipFile(Archives.jar(Greeter.class))));
            sdk.awaitActive("from-jar");
            // Then
            assertThat(sdk.invoke("from-jar", "{\"name\":\"Ada\"}").payload().asUtf8String())
                    .isEqualTo("\"Hello, Ada\"");
        }

        @Test
        void the_waiters_see_it_exist_be_active_and_be_updated() {
            // When
            sdk.lambda()
                    .createFunction(
                            SdkClient.python("waited-for", ONE).publish(true).build());
            // Then
            try (var waiter = sdk.lambda().waiter()) {
                assertThat(waiter.waitUntilFunctionExists(request -> request.functionName("waited-for"))
                                .matched()
                                .response())
                        .isPresent();
                assertThat(waiter.waitUntilFunctionActive(request -> request.functionName("waited-for"))
                                .matched()
                                .response()
                                .map(GetFunctionConfigurationResponse::state))
                        .contains(State.ACTIVE);
                assertThat(waiter.waitUntilFunctionActiveV2(request -> request.functionName("waited-for"))
                                .matched()
                                .response()
                                .map(GetFunctionResponse::configuration)
                                .map(FunctionConfiguration::state))
                        .contains(State.ACTIVE);
                assertThat(waiter.waitUntilFunctionUpdated(request -> request.functionName("waited-for"))
                                .matched()
                                .response()
                                .map(GetFunctionConfigurationResponse::lastUpdateStatus))
                        .contains(LastUpdateStatus.SUCCESSFUL);
                assertThat(waiter.waitUntilFunctionUpdatedV2(request -> request.functionName("waited-for"))
                                .matched()
                                .response())
                        .isPresent();
                assertThat(waiter.waitUntilPublishedVersionActive(request ->
                                        request.functionName("waited-for").qualifier("1"))
                                .matched()
                                .response()
                                .map(GetFunctionConfigurationResponse::version))
                        .contains("1");
            }
        }

        @Test
        void a_name_that_is_taken_is_a_conflict() {
            // Given
            sdk.create("taken", ONE);
            // When
            ResourceConflictException refused =
                    Refusal.thrown(ResourceConflictException.class, () -> sdk.create("taken", TWO));
            // Then
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.awsErrorDetails().errorMessage()).isEqualTo("Function already exist: taken");
            assertThat(refused.type()).isEqualTo("User");
        }

        @Test
        void members_that_break_AWS_s_description_are_all_told_in_its_words() {
            assertThat(Refusal.of(() -> sdk.create("broken", ONE, function -> function.timeout(0)
                            .memorySize(127)
                            .role("nobody"))))
                    .isEqualTo(Refusal.validation("3 validation errors detected:"
                            + " Value 'nobody' at 'role' failed to satisfy constraint: Member must satisfy regular"
                            + " expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+;"
                            + " Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater"
                            + " than or equal to 1;"
                            + " Value '127' at 'memorySize' failed to satisfy constraint: Member must have value"
                            + " greater than or equal to 128"));
        }

        @Test
        void runtimes_that_cannot_be_had_are_refused() {
            Refusal unknown = Refusal.of(() -> sdk.create("cobol", ONE, function -> function.runtime("cobol85")));
            assertThat(unknown.code()).isEqualTo("InvalidParameterValueException");
            assertThat(unknown.message())
                    .startsWith("Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum"
                            + " value set: [")
                    .endsWith("] or be a valid ARN");
            assertThat(Refusal.of(() -> sdk.create("old", ONE, function -> function.runtime(Runtime.GO1_X))))
                    .isEqualTo(Refusal.invalid("The runtime parameter of go1.x is no longer supported for creating or"
                            + " updating AWS Lambda functions. We recommend you use a supported runtime while creating"
                            + " or updating functions."));
        }

        @Test
        void code_that_is_no_archive_is_refused() {
            assertThat(Refusal.of(() -> sdk.create(
                            "torn",
                            ONE,
                            function ->
                                    function.code(code -> code.zipFile(SdkBytes.fromUtf8String("this is no zip"))))))
                    .isEqualTo(Refusal.invalid(
                            "Could not unzip uploaded file. Please check your file, then try to upload again."));
        }

        @Test
        void variables_of_the_platform_and_too_many_of_them_are_refused() {
            assertThat(Refusal.of(() -> sdk.create(
                            "env",
                            ONE,
                            function -> function.environment(
                                    environment -> environment.variables(Map.of("AWS_REGION", "here"))))))
                    .isEqualTo(Refusal.invalid("Lambda was unable to configure your environment variables because the"
                            + " environment variables you have provided contains reserved keys that are currently not"
                            + " supported for modification. Reserved keys used in this request: AWS_REGION"));
            assertThat(Refusal.of(() -> sdk.create(
                                    "env",
                                    ONE,
                                    function -> function.environment(
                                            environment -> environment.variables(Map.of("LONG", "x".repeat(4096))))))
                            .message())
                    .isEqualTo("Lambda was unable to configure your environment variables because the environment"
                            + " variables you have provided exceeded the 4KB limit. String measured: {\"LONG\":\""
                            + "x".repeat(4096) + "\"}");
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Showing {
        @Test
        void the_code_can_be_fetched_where_GetFunction_says() throws Exception {
            // Given
            sdk.create("fetched", ONE);
            // When
            GetFunctionResponse shown = sdk.lambda().getFunction(request -> request.functionName("fetched"));
            HttpResponse<byte[]> code = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(shown.code().location()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            // Then
            assertThat(shown.code().repositoryType()).isEqualTo("S3");
            assertThat(code.body())
                    .isEqualTo(Archives.zip(Map.of("index.py", ONE)).asByteArray());
            assertThat(shown.configuration().functionArn()).isEqualTo(SdkClient.ARN + "fetched");
            assertThat(shown.configuration().codeSize()).isEqualTo(code.body().length);
            assertThat(shown.configuration().state()).isEqualTo(State.ACTIVE);
            assertThat(shown.configuration().lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
            assertThat(shown.concurrency()).isNull();
        }

        @Test
        void a_qualifier_stands_in_the_arn_of_the_answer_only_where_one_was_asked_for() {
            // Given
            sdk.create("qualified", ONE);
            // When
            GetFunctionConfigurationResponse plain =
                    sdk.lambda().getFunctionConfiguration(request -> request.functionName("qualified"));
            GetFunctionConfigurationResponse latest = sdk.lambda()
                    .getFunctionConfiguration(
                            request -> request.functionName("qualified").qualifier("$LATEST"));
            // Then
            assertThat(plain.functionArn()).isEqualTo(SdkClient.ARN + "qualified");
            assertThat(latest.functionArn()).isEqualTo(SdkClient.ARN + "qualified:$LATEST");
            assertThat(latest.version()).isEqualTo("$LATEST");
        }

        @Test
        void the_paginator_lists_every_function_once() {
            // Given
            List<String> names =
                    IntStream.rangeClosed(1, 5).mapToObj(i -> "listed-" + i).toList();
            names.forEach(name -> sdk.create(name, ONE));
            // When
            List<String> listed =
                    sdk.lambda().listFunctionsPaginator(request -> request.maxItems(2)).functions().stream()
                            .map(FunctionConfiguration::functionName)
                            .filter(name -> name.startsWith("listed-"))
                            .toList();
            // Then
            assertThat(listed).containsExactlyElementsOf(names);
        }

        @Test
        void a_list_of_all_versions_names_the_latest_one_too() {
            // Given
            sdk.create("all-versions", ONE);
            sdk.publish("all-versions");
            // When
            List<FunctionConfiguration> listed = sdk
                    .lambda()
                    .listFunctionsPaginator(request -> request.functionVersion(FunctionVersion.ALL))
                    .functions()
                    .stream()
                    .filter(each -> each.functionName().equals("all-versions"))
                    .toList();
            // Then
            assertThat(listed)
                    .extracting(FunctionConfiguration::functionArn)
                    .containsExactly(SdkClient.ARN + "all-versions:$LATEST", SdkClient.ARN + "all-versions:1");
            assertThat(listed).extracting(FunctionConfiguration::state).containsOnlyNulls();
        }

        @Test
        void an_unknown_function_is_not_found() {
            // When
            ResourceNotFoundException refused = Refusal.thrown(ResourceNotFoundException.class, () -> sdk.lambda()
                    .getFunction(request -> request.functionName("nobody")));
            // Then
            assertThat(refused.statusCode()).isEqualTo(404);
            assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("ResourceNotFoundException");
            assertThat(refused.awsErrorDetails().errorMessage())
                    .isEqualTo("Function not found: " + SdkClient.ARN + "nobody");
            assertThat(refused.type()).isEqualTo("User");
            assertThat(refused.requestId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        }

        @Test
        void a_function_of_another_region_or_account_is_out_of_reach() {
            assertThat(Refusal.of(() -> sdk.lambda()
                            .getFunction(request ->
                                    request.functionName("arn:aws:lambda:eu-west-1:000000000000:function:far"))))
                    .isEqualTo(Refusal.notFound(
                            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"));
            Refusal denied = Refusal.of(() -> sdk.lambda()
                    .getFunction(
                            request -> request.functionName("arn:aws:lambda:us-east-1:111111111111:function:foreign")));
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.code()).isEqualTo("AccessDeniedException");
            assertThat(denied.message())
                    .endsWith(" is not authorized to perform: lambda:GetFunction on resource:"
                            + " arn:aws:lambda:us-east-1:111111111111:function:foreign");
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Changing {
        @Test
        void new_code_runs_and_gives_a_new_revision_and_hash() {
            // Given
            CreateFunctionResponse created = sdk.create("recoded", ONE);
            // When
            UpdateFunctionCodeResponse updated = sdk.lambda()
                    .updateFunctionCode(
                            request -> request.functionName("recoded").zipFile(Archives.zip(Map.of("index.py", TWO))));
            sdk.awaitUpdated("recoded");
            // Then
            assertThat(updated.codeSha256()).isNotEqualTo(created.codeSha256());
            assertThat(updated.revisionId()).isNotEqualTo(created.revisionId());
            assertThat(updated.functionArn()).isEqualTo(SdkClient.ARN + "recoded");
            assertThat(sdk.invoke("recoded", "{}").payload().asUtf8String()).isEqualTo("2");
        }

        @Test
        void configuration_that_is_not_mentioned_stays() {
            // Given
            sdk.create("retuned", ONE, function -> function.description("before")
                    .environment(environment -> environment.variables(Map.of("A1", "1"))));
            // When
            UpdateFunctionConfigurationResponse updated = sdk.lambda()
                    .updateFunctionConfiguration(request -> request.functionName("retuned")
                            .timeout(7)
                            .environment(environment -> environment.variables(Map.of("B2", "2"))));
            // Then
            assertThat(updated.timeout()).isEqualTo(7);
            assertThat(updated.description()).isEqualTo("before");
            assertThat(updated.memorySize()).isEqualTo(128);
            assertThat(updated.environment().variables()).containsExactly(Map.entry("B2", "2"));
            assertThat(updated.handler()).isEqualTo("index.handler");
        }

        @Test
        void an_outdated_revision_changes_nothing() {
            // Given
            String outdated = sdk.create("guarded", ONE).revisionId();
            sdk.lambda().updateFunctionConfiguration(request -> request.functionName("guarded")
                    .timeout(5));
            sdk.awaitUpdated("guarded");
            // When
            PreconditionFailedException code = Refusal.thrown(PreconditionFailedException.class, () -> sdk.lambda()
                    .updateFunctionCode(request -> request.functionName("guarded")
                            .zipFile(Archives.zip(Map.of("index.py", TWO)))
                            .revisionId(outdated)));
            Refusal configuration = Refusal.of(() -> sdk.lambda()
                    .updateFunctionConfiguration(request ->
                            request.functionName("guarded").timeout(9).revisionId(outdated)));
            // Then
            String text = "The Revision Id provided does not match the latest Revision Id. Call the"
                    + " GetFunction/GetAlias API to retrieve the latest Revision Id";
            assertThat(code.statusCode()).isEqualTo(412);
            assertThat(code.awsErrorDetails().errorMessage()).isEqualTo(text);
            assertThat(code.type()).isEqualTo("User");
            assertThat(configuration).isEqualTo(new Refusal(412, "PreconditionFailedException", text));
            assertThat(sdk.invoke("guarded", "{}").payload().asUtf8String()).isEqualTo("1");
            assertThat(sdk.lambda()
                            .getFunctionConfiguration(request -> request.functionName("guarded"))
                            .timeout())
                    .isEqualTo(5);
        }

        @Test
        void the_latest_revision_may_change_it() {
            // Given
            sdk.create("current", ONE);
            String latest = sdk.lambda()
                    .getFunctionConfiguration(request -> request.functionName("current"))
                    .revisionId();
            // When
            UpdateFunctionConfigurationResponse updated = sdk.lambda()
                    .updateFunctionConfiguration(request ->
                            request.functionName("current").timeout(9).revisionId(latest));
            // Then
            assertThat(updated.timeout()).isEqualTo(9);
        }

        @Test
        void what_does_not_exist_cannot_be_changed() {
            assertThat(Refusal.of(
                            () -> sdk.lambda().updateFunctionConfiguration(request -> request.functionName("nobody")
                                    .timeout(5))))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Deleting {
        @Test
        void a_deleted_function_is_gone_and_its_name_is_free_again() {
            // Given
            sdk.create("short-lived", ONE);
            // When
            int status = sdk.lambda()
                    .deleteFunction(request -> request.functionName("short-lived"))
                    .sdkHttpResponse()
                    .statusCode();
            // Then
            assertThat(status).isEqualTo(204);
            assertThat(Refusal.of(() ->
                            sdk.lambda().getFunctionConfiguration(request -> request.functionName("short-lived"))))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "short-lived"));
            sdk.create("short-lived", TWO);
            assertThat(sdk.invoke("short-lived", "{}").payload().asUtf8String()).isEqualTo("2");
        }

        @Test
        void the_latest_version_goes_only_with_its_function() {
            // Given
            sdk.create("kept", ONE);
            // Then
            assertThat(Refusal.of(() -> sdk.lambda().deleteFunction(request -> request.functionName("kept")
                            .qualifier("$LATEST"))))
                    .isEqualTo(Refusal.invalid("$LATEST version cannot be deleted without deleting the function."));
        }

        @Test
        void an_unknown_function_is_not_found() {
            assertThat(Refusal.of(() -> sdk.lambda().deleteFunction(request -> request.functionName("nobody"))))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
        }
    }
}
