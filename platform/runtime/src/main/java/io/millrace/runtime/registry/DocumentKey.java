package io.millrace.runtime.registry;

import java.util.Comparator;

/** Ordered by kind, owner and name. */
record DocumentKey(DocumentKind kind, String owner, String name) implements Comparable<DocumentKey> {
    private static final Comparator<DocumentKey> ORDER = Comparator.comparing(DocumentKey::kind)
            .thenComparing(DocumentKey::owner)
            .thenComparing(DocumentKey::name);

    @Override
    public int compareTo(DocumentKey other) {
        return ORDER.compare(this, other);
    }
}
