package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DocumentShelfTest {
    @TempDir
    Path data;

    private static ObjectNode content(String value) {
        return JsonNodeFactory.instance.objectNode().put("value", value);
    }

    private static void put(FunctionRegistry registry, DocumentKind kind, String owner, String name, String value) {
        registry.documents().change(kind, owner, name, before -> Optional.of(content(value)));
    }

    @Test
    void what_is_kept_outlives_the_process_and_is_found_by_kind_and_owner() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            put(registry, DocumentKind.POLICY, "orders", "2", "two");
            put(registry, DocumentKind.POLICY, "orders", "$LATEST", "old");
            put(registry, DocumentKind.POLICY, "orders", "$LATEST", "latest");
            put(registry, DocumentKind.POLICY, "orders-too", "$LATEST", "other");
            put(registry, DocumentKind.TAGS, "orders", "$LATEST", "tags");
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // Then
            assertThat(registry.documents().of(DocumentKind.POLICY, "orders"))
                    .extracting(
                            Document::name,
                            document -> document.content().get("value").textValue())
                    .containsExactly(tuple("$LATEST", "latest"), tuple("2", "two"));
            assertThat(registry.documents().all(DocumentKind.POLICY)).hasSize(3);
        }
    }

    @Test
    void what_is_taken_away_stays_away() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            put(registry, DocumentKind.ACCESS_KEY, "", "KEY", "secret");
            // When
            registry.documents().change(DocumentKind.ACCESS_KEY, "", "KEY", before -> Optional.empty());
            // Then
            assertThat(registry.documents().find(DocumentKind.ACCESS_KEY, "", "KEY"))
                    .isEmpty();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.documents().all(DocumentKind.ACCESS_KEY)).isEmpty();
        }
    }

    @Test
    void a_deleted_function_takes_its_documents_along_and_no_others() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.save(Sample.function());
            put(registry, DocumentKind.TAGS, Sample.ORDERS.value(), "$LATEST", "mine");
            put(registry, DocumentKind.LAYER_POLICY, Sample.ORDERS.value(), "1", "of a layer of that name");
            put(registry, DocumentKind.TAGS, "other", "$LATEST", "other");
            // When
            registry.delete(Sample.ORDERS);
            // Then
            assertThat(registry.documents().all(DocumentKind.TAGS))
                    .extracting(Document::owner)
                    .containsExactly("other");
            assertThat(registry.documents().all(DocumentKind.LAYER_POLICY)).hasSize(1);
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.documents().all(DocumentKind.TAGS)).hasSize(1);
        }
    }
}
