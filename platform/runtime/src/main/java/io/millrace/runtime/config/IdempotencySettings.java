package io.millrace.runtime.config;

import java.time.Duration;

/**
 * What becomes of idempotency keys.
 *
 * @param timeToLive how long a duplicate gets the result of the first
 * @param store JDBC URL of a PostgreSQL, or empty for a file of H2 in the data directory
 * @param user of that PostgreSQL; may be empty
 * @param password never shown; may be empty
 * @param cachedKeys completed keys that are kept in memory
 */
public record IdempotencySettings(Duration timeToLive, String store, String user, String password, int cachedKeys) {
    @Override
    public String toString() {
        return "IdempotencySettings[timeToLive=" + timeToLive + ", store=" + store + ", user=" + user + ", cachedKeys="
                + cachedKeys + "]";
    }
}
