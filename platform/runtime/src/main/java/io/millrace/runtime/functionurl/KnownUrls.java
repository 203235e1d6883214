package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.FunctionUrl;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The URLs that exist, by their ids. Thread-safe; from memory. */
final class KnownUrls {
    private final DocumentShelf documents;
    /** What was found before; the shelf says whether it still is so. */
    private final Map<String, Found> byId = new ConcurrentHashMap<>();

    KnownUrls(DocumentShelf documents) {
        this.documents = documents;
    }

    private record Found(FunctionUrl url, ObjectNode content) {}

    Optional<FunctionUrl> find(String id) {
        Found found = byId.get(id);
        if (found != null) {
            Optional<ObjectNode> now = documents.find(
                    DocumentKind.URL,
                    found.url().function().value(),
                    found.url().name());
            if (now.filter(found.content()::equals).isPresent()) {
                return Optional.of(found.url());
            }
            byId.remove(id);
        }
        return search(id);
    }

    private Optional<FunctionUrl> search(String id) {
        for (Document document : documents.all(DocumentKind.URL)) {
            FunctionUrl url = FunctionUrl.read(document);
            if (url.id().equals(id)) {
                byId.put(id, new Found(url, document.content()));
                return Optional.of(url);
            }
        }
        return Optional.empty();
    }
}
