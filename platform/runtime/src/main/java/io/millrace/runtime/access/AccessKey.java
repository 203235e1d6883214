package io.millrace.runtime.access;

import java.time.Instant;

/**
 * What a caller signs with, and what it may do.
 *
 * @param id 20 characters, known to all
 * @param secret 40 characters; an HMAC cannot be verified without it, so it is kept as it is
 * @param user 1 to 64 of letters, digits and {@code +=,.@_-}; several keys may be one user's
 */
public record AccessKey(String id, String secret, String user, Role role, Instant created) {

    /** Without the secret, so that no log has it. */
    @Override
    public String toString() {
        return "AccessKey[" + id + " of " + user + ", " + role.name() + "]";
    }
}
