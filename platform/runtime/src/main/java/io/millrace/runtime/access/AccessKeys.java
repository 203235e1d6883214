package io.millrace.runtime.access;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.RegistryUnavailableException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The keys of the registry. Thread-safe; reads are from memory, changes block until they are on disk. */
public final class AccessKeys {
    private static final Pattern USER = Pattern.compile("[a-zA-Z0-9+=,.@_-]{1,64}");
    private static final String ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int RANDOM_LETTERS = 16;
    /** 40 characters in Base64. */
    private static final int SECRET_BYTES = 30;

    private final DocumentShelf documents;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();

    /** The one of its registry: another would not see what this one changes. */
    public AccessKeys(DocumentShelf documents, InstantSource clock) {
        this.documents = documents;
        this.clock = clock;
        documents
                .all(DocumentKind.ACCESS_KEY)
                .forEach(each -> keys.put(each.name(), read(each.name(), each.content())));
    }

    public boolean isEmpty() {
        return keys.isEmpty();
    }

    public Optional<AccessKey> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    /** Oldest first. */
    public List<AccessKey> all() {
        return keys.values().stream()
                .sorted(Comparator.comparing(AccessKey::created).thenComparing(AccessKey::id))
                .toList();
    }

    /**
     * @throws IllegalArgumentException for a user name that cannot stand in an ARN
     * @throws RegistryUnavailableException if it could not be written
     */
    public synchronized AccessKey create(String user, Role role) {
        if (!USER.matcher(user).matches()) {
            throw new IllegalArgumentException(
                    "user is '" + user + "', expected 1 to 64 of letters, digits and +=,.@_-");
        }
        AccessKey key = new AccessKey(newId(), newSecret(), user, role, clock.instant());
        documents.change(DocumentKind.ACCESS_KEY, "", key.id(), none -> Optional.of(write(key)));
        keys.put(key.id(), key);
        return key;
    }

    /**
     * @param evenLast whether the last one may go too, after which a server without keys may be open
     * @return what was there; a key that was not deleted because it is the last one is still {@link #find}able
     * @throws RegistryUnavailableException if it could not be written
     */
    public synchronized Optional<AccessKey> delete(String id, boolean evenLast) {
        Optional<AccessKey> key = find(id);
        if (key.isPresent() && (evenLast || keys.size() > 1)) {
            documents.change(DocumentKind.ACCESS_KEY, "", id, before -> Optional.empty());
            keys.remove(id);
        }
        return key;
    }

    private String newId() {
        StringBuilder id = new StringBuilder("AKIA");
        random.ints(RANDOM_LETTERS, 0, ID_LETTERS.length()).forEach(letter -> id.append(ID_LETTERS.charAt(letter)));
        return id.toString();
    }

    private String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return Base64.getEncoder().encodeToString(secret);
    }

    private static ObjectNode write(AccessKey key) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("secret", key.secret())
                .put("user", key.user())
                .put("role", key.role().name())
                .put("created", key.created().toString())
                .set("statements", RoleJson.write(key.role().permissions()));
    }

    private static AccessKey read(String id, ObjectNode content) {
        return new AccessKey(
                id,
                content.path("secret").asText(),
                content.path("user").asText(),
                new Role(content.path("role").asText(), RoleJson.read(content.path("statements"))),
                Instant.parse(content.path("created").asText()));
    }
}
