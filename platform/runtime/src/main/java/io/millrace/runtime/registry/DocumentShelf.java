package io.millrace.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What is kept as JSON beside the functions: policies, tags, addresses, keys. All in memory too. Thread-safe. Contents
 * belong to the shelf: who reads one does not change it, and hands over a new one instead.
 */
public final class DocumentShelf {
    private final RegistryDatabase database;
    private final ConcurrentSkipListMap<DocumentKey, Document> documents = new ConcurrentSkipListMap<>();

    /** @throws RegistryUnavailableException when the database cannot be read */
    DocumentShelf(RegistryDatabase database) {
        this.database = database;
        database.read(DocumentTable::all).forEach(document -> documents.put(key(document), document));
    }

    private static DocumentKey key(Document document) {
        return new DocumentKey(document.kind(), document.owner(), document.name());
    }

    /** From memory. */
    public Optional<ObjectNode> find(DocumentKind kind, String owner, String name) {
        return Optional.ofNullable(documents.get(new DocumentKey(kind, owner, name)))
                .map(Document::content);
    }

    /** From memory, ordered by name. */
    public List<Document> of(DocumentKind kind, String owner) {
        return from(
                new DocumentKey(kind, owner, ""),
                key -> key.kind() == kind && key.owner().equals(owner));
    }

    /** From memory, ordered by owner and name. */
    public List<Document> all(DocumentKind kind) {
        return from(new DocumentKey(kind, "", ""), key -> key.kind() == kind);
    }

    private List<Document> from(DocumentKey first, Predicate<DocumentKey> belongs) {
        List<Document> found = new ArrayList<>();
        for (var entry : documents.tailMap(first).entrySet()) {
            if (!belongs.test(entry.getKey())) {
                break;
            }
            found.add(entry.getValue());
        }
        return found;
    }

    /**
     * Blocking; one change after the other. On return it is on disk.
     *
     * @param change from what is kept to what shall be, empty being nothing; what it throws leaves all as it was
     * @return what is kept now
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized Optional<ObjectNode> change(
            DocumentKind kind, String owner, String name, UnaryOperator<Optional<ObjectNode>> change) {
        DocumentKey key = new DocumentKey(kind, owner, name);
        Optional<ObjectNode> before = find(kind, owner, name);
        Optional<ObjectNode> after = change.apply(before);
        if (after.equals(before)) {
            return after;
        }
        database.write(connection -> DocumentTable.replace(connection, key, after));
        if (after.isPresent()) {
            documents.put(key, new Document(kind, owner, name, after.get()));
        } else {
            documents.remove(key);
        }
        return after;
    }

    /** Forgets in memory what the database has deleted with the function. */
    synchronized void forget(FunctionName function) {
        documents
                .keySet()
                .removeIf(key -> key.kind().goesWithFunction() && key.owner().equals(function.value()));
    }
}
