package io.millrace.runtime.access;

import java.util.LinkedHashMap;
import java.util.Map;

/** Derived keys, four hashes each, of the keys and days that were used last. Thread-safe. */
final class SigningKeys {
    private static final int KEPT = 512;

    private final Map<Source, byte[]> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, byte[]> eldest) {
            return size() > KEPT;
        }
    };

    private record Source(String keyId, Scope scope) {}

    synchronized byte[] of(AccessKey key, Scope scope) {
        return kept.computeIfAbsent(new Source(key.id(), scope), source -> scope.key(key.secret()));
    }
}
