package io.millrace.runtime.access;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who signed in with a key from a browser. A session is told by a random token of which only a hash is kept; it ends
 * when nobody uses it for an hour, after twelve hours, and with its key. At most a thousand at once; then the one that
 * was not used for longest goes. Not kept over a restart. Thread-safe; from memory.
 */
public final class Sessions {
    static final Duration IDLE = Duration.ofHours(1);
    static final Duration LONGEST = Duration.ofHours(12);
    static final int MOST = 1_000;
    private static final int TOKEN_BYTES = 32;

    private final AccessKeys keys;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new HashMap<>();

    Sessions(AccessKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    private record Session(AccessKey key, Instant began, Instant used) {
        boolean isOver(Instant now) {
            return now.isAfter(used.plus(IDLE)) || now.isAfter(began.plus(LONGEST));
        }
    }

    /** @return the token, 43 characters that may stand in a cookie; the only time that it is told */
    public synchronized String begin(AccessKey key) {
        Instant now = clock.instant();
        sessions.values().removeIf(each -> each.isOver(now));
        if (sessions.size() >= MOST) {
            sessions.entrySet().stream()
                    .min(Comparator.comparing(each -> each.getValue().used()))
                    .map(Map.Entry::getKey)
                    .ifPresent(sessions::remove);
        }
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        sessions.put(Hashes.sha256(token), new Session(key, now, now));
        return token;
    }

    /** Whose session it is, which is used by this; empty where there is none, or where its key is gone. */
    public synchronized Optional<AccessKey> find(String token) {
        String hash = Hashes.sha256(token);
        Session session = sessions.get(hash);
        if (session == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        boolean keyIsThere =
                keys.find(session.key().id()).filter(session.key()::equals).isPresent();
        if (session.isOver(now) || !keyIsThere) {
            sessions.remove(hash);
            return Optional.empty();
        }
        sessions.put(hash, new Session(session.key(), session.began(), now));
        return Optional.of(session.key());
    }

    public synchronized void end(String token) {
        sessions.remove(Hashes.sha256(token));
    }

    synchronized int size() {
        return sessions.size();
    }
}
