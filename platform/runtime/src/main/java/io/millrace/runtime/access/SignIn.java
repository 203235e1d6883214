package io.millrace.runtime.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Checks an access key id and its secret as somebody typed them. After ten wrong ones from one address nobody is let in
 * from there for a minute. Thread-safe; from memory.
 */
public final class SignIn {
    static final int MOST_WRONG = 10;
    static final Duration PAUSE = Duration.ofMinutes(1);
    /** Addresses that are remembered; the ones that were wrong first are forgotten first. */
    static final int MOST_ADDRESSES = 10_000;

    private static final String NOBODYS_SECRET = "0".repeat(40);

    private final AccessKeys keys;
    private final InstantSource clock;
    private final Map<String, Wrong> wrong = new LinkedHashMap<>();

    SignIn(AccessKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    private record Wrong(int times, Instant last) {}

    /** Too many wrong ones came from an address. */
    public static final class PausedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private PausedException() {
            super(
                    "Too many wrong keys from this address; wait " + PAUSE.toSeconds() + " s and try again.",
                    null,
                    false,
                    false);
        }
    }

    /**
     * In a time that does not tell what was wrong.
     *
     * @param address where it comes from
     * @return empty if there is no such key, or the secret is another
     * @throws PausedException if too many came from there that were wrong
     */
    public synchronized Optional<AccessKey> check(String id, String secret, String address) {
        Instant now = clock.instant();
        Wrong before = wrong.get(address);
        if (before != null && now.isAfter(before.last().plus(PAUSE))) {
            wrong.remove(address);
            before = null;
        }
        int times = before == null ? 0 : before.times();
        if (times >= MOST_WRONG) {
            throw new PausedException();
        }
        Optional<AccessKey> key = keys.find(id);
        boolean same = Hashes.equal(key.map(AccessKey::secret).orElse(NOBODYS_SECRET), secret);
        if (key.isPresent() && same) {
            wrong.remove(address);
            return key;
        }
        wrong.put(address, new Wrong(times + 1, now));
        if (wrong.size() > MOST_ADDRESSES) {
            wrong.remove(wrong.keySet().iterator().next());
        }
        return Optional.empty();
    }
}
