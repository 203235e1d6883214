package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/** The states a function goes through (lambda-semantics 6.2). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkStatesIT {
    private static final String ONE = "def handler(event, context): return 1";
    private static final String TWO = "def handler(event, context): return 2";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @Test
    void a_new_function_is_pending_until_it_is_active() {
        // When
        CreateFunctionResponse created =
                sdk.lambda().createFunction(SdkClient.python("new", ONE).build());
        // Then
        assertThat(created.state()).isEqualTo(State.PENDING);
        assertThat(created.stateReason()).isEqualTo("The function is being created.");
        assertThat(created.stateReasonCode()).isEqualTo(StateReasonCode.CREATING);
        assertThat(created.lastUpdateStatus()).isNull();
        // When
        sdk.awaitActive("new");
        FunctionConfiguration active =
                sdk.lambda().getFunction(request -> request.functionName("new")).configuration();
        // Then
        assertThat(active.state()).isEqualTo(State.ACTIVE);
        assertThat(active.stateReason()).isNull();
        assertThat(active.stateReasonCode()).isNull();
        assertThat(active.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
        assertThat(active.revisionId()).isNotEqualTo(created.revisionId());
        assertThat(sdk.invoke("new", "{}").payload().asUtf8String()).isEqualTo("1");
    }

    @Test
    void an_update_is_in_progress_while_the_function_stays_active() {
        // Given
        sdk.create("updated", ONE);
        Set<String> revisions = new HashSet<>();
        revisions.add(revision("updated"));
        // When
        UpdateFunctionCodeResponse code = sdk.lambda().updateFunctionCode(request -> request.functionName("updated")
                .zipFile(Archives.zip(Map.of("index.py", TWO))));
        // Then
        assertThat(code.state()).isEqualTo(State.ACTIVE);
        assertThat(code.lastUpdateStatus()).isEqualTo(LastUpdateStatus.IN_PROGRESS);
        assertThat(code.lastUpdateStatusReason()).isEqualTo("The function is being created.");
        assertThat(code.lastUpdateStatusReasonCodeAsString()).isEqualTo("Creating");
        revisions.add(code.revisionId());
        sdk.awaitUpdated("updated");
        revisions.add(revision("updated"));
        // When
        UpdateFunctionConfigurationResponse configuration = sdk.lambda()
                .updateFunctionConfiguration(
                        request -> request.functionName("updated").timeout(9));
        // Then: each update gives two revisions, one as it begins and one as it ends
        assertThat(configuration.lastUpdateStatus()).isEqualTo(LastUpdateStatus.IN_PROGRESS);
        revisions.add(configuration.revisionId());
        sdk.awaitUpdated("updated");
        revisions.add(revision("updated"));
        assertThat(revisions).hasSize(5);
        assertThat(sdk.invoke("updated", "{}").payload().asUtf8String()).isEqualTo("2");
    }

    private static String revision(String name) {
        return sdk.lambda()
                .getFunctionConfiguration(request -> request.functionName(name))
                .revisionId();
    }

    @Test
    void whoever_does_not_wait_is_told_to_or_finds_it_done() {
        for (int i = 0; i < 5; i++) {
            // Given
            String name = "hasty-" + i;
            sdk.lambda().createFunction(SdkClient.python(name, ONE).build());
            // When
            String early = outcome(() -> sdk.invoke(name, "{}"));
            String update = outcome(() -> sdk.lambda().updateFunctionConfiguration(request -> request.functionName(name)
                    .timeout(9)));
            String publication = outcome(() -> sdk.lambda().publishVersion(request -> request.functionName(name)));
            // Then
            String pending = "409 ResourceConflictException The operation cannot be performed at this time. The"
                    + " function is currently in the following state: Pending";
            String updating = "409 ResourceConflictException The operation cannot be performed at this time. An update"
                    + " is in progress for resource: " + SdkClient.ARN + name;
            assertThat(early).isIn("done", pending);
            assertThat(List.of("done", pending)).contains(update);
            assertThat(List.of("done", pending, updating)).contains(publication);
        }
    }

    private static String outcome(Runnable call) {
        try {
            call.run();
            return "done";
        } catch (LambdaException refused) {
            return refused.statusCode() + " " + refused.awsErrorDetails().errorCode() + " "
                    + refused.awsErrorDetails().errorMessage();
        }
    }

    @Test
    void versions_become_active_too_and_lists_leave_the_state_out() {
        // Given
        sdk.create("versioned", ONE);
        // When
        sdk.publish("versioned");
        // Then
        assertThat(sdk.lambda()
                        .getFunctionConfiguration(
                                request -> request.functionName("versioned").qualifier("1"))
                        .state())
                .isEqualTo(State.ACTIVE);
        assertThat(sdk.lambda()
                        .listVersionsByFunction(request -> request.functionName("versioned"))
                        .versions())
                .extracting(FunctionConfiguration::state)
                .containsOnlyNulls();
    }

    @Test
    void publishing_along_with_new_code_tells_of_the_version() {
        // Given
        sdk.create("published", ONE);
        // When
        UpdateFunctionCodeResponse version = sdk.lambda()
                .updateFunctionCode(request -> request.functionName("published")
                        .zipFile(Archives.zip(Map.of("index.py", TWO)))
                        .publish(true));
        // Then
        assertThat(version.functionArn()).isEqualTo(SdkClient.ARN + "published:1");
        assertThat(version.state()).isEqualTo(State.PENDING);
        sdk.lambda()
                .waiter()
                .waitUntilPublishedVersionActive(
                        request -> request.functionName("published").qualifier("1"), SdkClient.soon());
        sdk.awaitUpdated("published");
        assertThat(sdk.invoke("published:1", "{}").payload().asUtf8String()).isEqualTo("2");
    }
}
