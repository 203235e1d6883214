package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.Runtime;

/** Archives that functions share (lambda-semantics 5.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkLayersIT {
    private static final String LAYER = "arn:aws:lambda:us-east-1:000000000000:layer:";
    private static final String USING = "import shared\ndef handler(event, context): return shared.VALUE";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static PublishLayerVersionResponse publish(String layer, String value) {
        return sdk.lambda().publishLayerVersion(request -> request.layerName(layer)
                .description("version " + value)
                .licenseInfo("MIT")
                .compatibleRuntimes(Runtime.PYTHON3_12)
                .content(content -> content.zipFile(Archives.zip(Map.of("python/shared.py", "VALUE = " + value)))));
    }

    @Test
    void a_published_layer_is_told_with_all_its_members() {
        // When
        PublishLayerVersionResponse published = publish("told", "1");
        GetLayerVersionResponse shown = sdk.lambda()
                .getLayerVersion(request -> request.layerName("told").versionNumber(1L));
        GetLayerVersionByArnResponse byArn =
                sdk.lambda().getLayerVersionByArn(request -> request.arn(LAYER + "told:1"));
        // Then
        assertThat(published.sdkHttpResponse().statusCode()).isEqualTo(201);
        assertThat(published.version()).isEqualTo(1);
        assertThat(published.layerArn()).isEqualTo(LAYER + "told");
        assertThat(published.layerVersionArn()).isEqualTo(LAYER + "told:1");
        assertThat(published.description()).isEqualTo("version 1");
        assertThat(published.licenseInfo()).isEqualTo("MIT");
        assertThat(published.compatibleRuntimes()).containsExactly(Runtime.PYTHON3_12);
        assertThat(published.createdDate()).endsWith("+0000");
        assertThat(published.content().codeSize()).isPositive();
        assertThat(published.content().codeSha256()).hasSize(44);
        assertThat(shown.layerVersionArn()).isEqualTo(byArn.layerVersionArn()).isEqualTo(LAYER + "told:1");
        assertThat(shown.content().codeSha256()).isEqualTo(byArn.content().codeSha256());
        assertThat(shown.content().location()).startsWith("http");
    }

    @Test
    void a_function_finds_what_is_in_its_layer_also_after_the_layer_is_deleted() {
        // Given
        publish("used", "42");
        // When
        CreateFunctionResponse created = sdk.create("user", USING, function -> function.layers(LAYER + "used:1"));
        sdk.lambda().deleteLayerVersion(request -> request.layerName("used").versionNumber(1L));
        // Then
        assertThat(created.layers()).extracting(Layer::arn).containsExactly(LAYER + "used:1");
        assertThat(sdk.invoke("user", "{}").payload().asUtf8String()).isEqualTo("42");
        assertThat(sdk.lambda()
                        .getFunctionConfiguration(request -> request.functionName("user"))
                        .layers())
                .extracting(Layer::arn)
                .containsExactly(LAYER + "used:1");
    }

    @Test
    void the_paginators_list_versions_from_the_newest_and_each_layer_once() {
        // Given
        IntStream.rangeClosed(1, 3).forEach(i -> publish("many", "" + i));
        publish("more", "1");
        // Then
        assertThat(sdk
                        .lambda()
                        .listLayerVersionsPaginator(
                                request -> request.layerName("many").maxItems(2))
                        .layerVersions()
                        .stream())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(3L, 2L, 1L);
        List<LayersListItem> layers = sdk.lambda().listLayersPaginator(request -> request.maxItems(1)).layers().stream()
                .filter(layer -> layer.layerName().startsWith("m"))
                .toList();
        assertThat(layers).extracting(LayersListItem::layerName).containsExactly("many", "more");
        assertThat(layers.get(0).latestMatchingVersion().version()).isEqualTo(3);
        assertThat(layers.get(0).layerArn()).isEqualTo(LAYER + "many");
    }

    @Test
    void numbers_are_not_used_again() {
        // Given
        publish("counted", "1");
        publish("counted", "2");
        // When
        sdk.lambda().deleteLayerVersion(request -> request.layerName("counted").versionNumber(1L));
        sdk.lambda().deleteLayerVersion(request -> request.layerName("counted").versionNumber(2L));
        // Then
        assertThat(publish("counted", "3").version()).isEqualTo(3);
    }

    @Test
    void what_is_not_there_is_not_found_listed_empty_or_deleted_already() {
        assertThat(Refusal.of(() -> sdk.lambda()
                        .getLayerVersion(request -> request.layerName("nothing").versionNumber(1L))))
                .isEqualTo(Refusal.notFound("The resource you requested does not exist."));
        assertThat(sdk.lambda()
                        .listLayerVersions(request -> request.layerName("nothing"))
                        .layerVersions())
                .isEmpty();
        assertThat(sdk.lambda()
                        .deleteLayerVersion(
                                request -> request.layerName("nothing").versionNumber(1L))
                        .sdkHttpResponse()
                        .statusCode())
                .isEqualTo(204);
        assertThat(Refusal.of(() -> sdk.lambda()
                        .getLayerVersion(request -> request.layerName("nothing").versionNumber(0L))))
                .isEqualTo(Refusal.invalid("Layer Version Cannot be less than 1"));
    }

    @Test
    void layers_that_no_function_can_have_are_refused() {
        // Given
        IntStream.rangeClosed(1, 6).forEach(i -> publish("six-" + i, "1"));
        publish("six-1", "2");
        List<String> six = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> LAYER + "six-" + i + ":1")
                .toList();
        // Then
        assertThat(refused(six)).isEqualTo(Refusal.invalid("Cannot reference more than 5 layers."));
        assertThat(refused(List.of(LAYER + "none:1")))
                .isEqualTo(Refusal.invalid("Layer version " + LAYER + "none:1 does not exist."));
        assertThat(refused(List.of(LAYER + "six-1:1", LAYER + "six-1:2")))
                .isEqualTo(Refusal.invalid("Two different versions of the same layer are not allowed to be referenced"
                        + " in the same function. " + LAYER + "six-1:1 and " + LAYER
                        + "six-1:2 are versions of the same layer."));
        assertThat(refused(List.of("arn:aws:lambda:eu-west-1:000000000000:layer:six-1:1")))
                .isEqualTo(Refusal.invalid("Layers are not in the same region as the function. Layers are expected to"
                        + " be in region us-east-1."));
    }

    private static Refusal refused(List<String> layers) {
        return Refusal.of(() -> sdk.create("layered", USING, function -> function.layers(layers)));
    }
}
