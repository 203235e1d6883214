package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;

/** Tags of functions (lambda-semantics 8.2). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkTagsIT {
    private static final String ECHO = "def handler(event, context): return event";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static Map<String, String> tags(String name) {
        return sdk.lambda()
                .listTags(request -> request.resource(SdkClient.ARN + name))
                .tags();
    }

    @Test
    void tags_of_the_creation_are_shown_with_the_function() {
        // Given
        sdk.create("tagged", ECHO, function -> function.tags(Map.of("team", "blue")));
        // When
        GetFunctionResponse shown = sdk.lambda().getFunction(request -> request.functionName("tagged"));
        // Then
        assertThat(shown.tags()).containsExactly(Map.entry("team", "blue"));
        assertThat(tags("tagged")).containsExactly(Map.entry("team", "blue"));
    }

    @Test
    void tags_are_added_overwritten_and_removed() {
        // Given
        sdk.create("changed", ECHO, function -> function.tags(Map.of("a", "1", "b", "2")));
        // When
        int added = sdk.lambda()
                .tagResource(
                        request -> request.resource(SdkClient.ARN + "changed").tags(Map.of("b", "3", "c", "é")))
                .sdkHttpResponse()
                .statusCode();
        // Then
        assertThat(added).isEqualTo(204);
        assertThat(tags("changed")).isEqualTo(Map.of("a", "1", "b", "3", "c", "é"));
        // When
        int removed = sdk.lambda()
                .untagResource(
                        request -> request.resource(SdkClient.ARN + "changed").tagKeys("a", "b", "never"))
                .sdkHttpResponse()
                .statusCode();
        // Then
        assertThat(removed).isEqualTo(204);
        assertThat(tags("changed")).isEqualTo(Map.of("c", "é"));
    }

    @Test
    void tags_leave_the_revision_as_it_is() {
        // Given
        sdk.create("steady", ECHO);
        String before = revision("steady");
        // When
        sdk.lambda().tagResource(request -> request.resource(SdkClient.ARN + "steady")
                .tags(Map.of("a", "1")));
        // Then
        assertThat(revision("steady")).isEqualTo(before);
    }

    private static String revision(String name) {
        return sdk.lambda()
                .getFunctionConfiguration(request -> request.functionName(name))
                .revisionId();
    }

    @Test
    void a_function_of_the_same_name_begins_without_tags() {
        // Given
        sdk.create("renewed", ECHO, function -> function.tags(Map.of("a", "1")));
        sdk.lambda().deleteFunction(request -> request.functionName("renewed"));
        // When
        sdk.create("renewed", ECHO);
        // Then
        assertThat(tags("renewed")).isEmpty();
    }

    @Test
    void fifty_tags_are_enough() {
        // Given
        sdk.create("many", ECHO);
        Map<String, String> fifty =
                IntStream.range(0, 50).boxed().collect(Collectors.toMap(i -> "key-" + i, i -> "value"));
        sdk.lambda()
                .tagResource(request -> request.resource(SdkClient.ARN + "many").tags(fifty));
        // When
        Refusal refused = Refusal.of(() -> sdk.lambda()
                .tagResource(request -> request.resource(SdkClient.ARN + "many").tags(Map.of("one", "more"))));
        // Then
        assertThat(refused).isEqualTo(Refusal.invalid("Number of tags exceeds resource tag limit."));
        assertThat(tags("many")).hasSize(50);
        sdk.lambda().untagResource(request -> request.resource(SdkClient.ARN + "many")
                .tagKeys(fifty.keySet()));
        assertThat(tags("many")).isEmpty();
    }

    @Test
    void versions_and_aliases_have_none() {
        // Given
        sdk.create("plain", ECHO);
        sdk.publish("plain");
        // Then
        for (String qualifier : List.of("1", "live")) {
            assertThat(Refusal.of(() -> sdk.lambda()
                            .tagResource(request -> request.resource(SdkClient.ARN + "plain:" + qualifier)
                                    .tags(Map.of("a", "1")))))
                    .isEqualTo(Refusal.invalid(
                            "Tags on function aliases and versions are not supported. Please specify a function ARN."));
        }
    }

    @Test
    void no_tags_and_no_keys_are_refused() {
        // Given
        sdk.create("empty", ECHO);
        // Then
        assertThat(Refusal.of(() -> sdk.lambda().tagResource(request -> request.resource(SdkClient.ARN + "empty")
                                .tags(Map.of())))
                        .message())
                .isEqualTo("An error occurred and the request cannot be processed.");
        assertThat(Refusal.of(() -> sdk.lambda().untagResource(request -> request.resource(SdkClient.ARN + "empty")
                                .tagKeys(List.of())))
                        .code())
                .isEqualTo("ValidationException");
    }

    @Test
    void an_unknown_function_is_not_found() {
        assertThat(Refusal.of(() -> tags("nobody")).code()).isEqualTo("ResourceNotFoundException");
        assertThat(Refusal.of(() -> sdk.lambda().tagResource(request -> request.resource(SdkClient.ARN + "nobody")
                                .tags(Map.of("a", "1"))))
                        .code())
                .isEqualTo("ResourceNotFoundException");
    }
}
