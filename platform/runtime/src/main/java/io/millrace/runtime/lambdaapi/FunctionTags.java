package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The tags of functions (lambda-semantics 8.2). Reads from memory; changes block on the disk. */
final class FunctionTags {
    private static final int MOST = 50;

    private final DocumentShelf documents;

    FunctionTags(DocumentShelf documents) {
        this.documents = documents;
    }

    /** Ordered by key. */
    Map<String, String> of(FunctionName function) {
        return documents
                .find(DocumentKind.TAGS, function.value(), FunctionArn.LATEST)
                .map(FunctionTags::texts)
                .orElseGet(Map::of);
    }

    /**
     * Adds tags, and replaces those of the same keys.
     *
     * @throws InvalidParameterValueException if they become too many; nothing has changed then
     */
    void add(FunctionName function, Map<String, String> tags) {
        change(function, before -> with(before, tags));
    }

    /** Keys that no tag has change nothing. */
    void remove(FunctionName function, Collection<String> keys) {
        change(function, before -> without(before, keys));
    }

    /** @throws InvalidParameterValueException if they become too many */
    static Map<String, String> with(Map<String, String> before, Map<String, String> added) {
        Map<String, String> after = new TreeMap<>(before);
        after.putAll(added);
        requireFew(after);
        return after;
    }

    static Map<String, String> without(Map<String, String> before, Collection<String> keys) {
        Map<String, String> after = new TreeMap<>(before);
        after.keySet().removeAll(keys);
        return after;
    }

    private void change(FunctionName function, UnaryOperator<Map<String, String>> change) {
        documents.change(DocumentKind.TAGS, function.value(), FunctionArn.LATEST, before -> {
            Map<String, String> after =
                    change.apply(before.map(FunctionTags::texts).orElseGet(Map::of));
            return after.isEmpty() ? Optional.empty() : Optional.of(Json.texts(after));
        });
    }

    /** @throws InvalidParameterValueException if they are more than one resource may have */
    static void requireFew(Map<String, String> tags) {
        if (tags.size() > MOST) {
            throw new InvalidParameterValueException("Number of tags exceeds resource tag limit.");
        }
    }

    private static Map<String, String> texts(ObjectNode tags) {
        return new Members(tags).texts();
    }
}
