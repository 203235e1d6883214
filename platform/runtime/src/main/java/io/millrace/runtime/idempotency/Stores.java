package io.millrace.runtime.idempotency;

import io.millrace.idempotency.ClaimStore;
import io.millrace.idempotency.IdempotencyStore;
import io.millrace.idempotency.KeyFile;
import io.millrace.runtime.config.IdempotencySettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Clock;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Where the keys are, as the settings say. */
public final class Stores {
    private static final int LOGIN_SECONDS = 5;
    private static final String CREDENTIALS = "\\?.*";

    private Stores() {}

    /**
     * Blocks.
     *
     * @param file where the keys are without a setting
     * @throws io.millrace.idempotency.IdempotencyStoreException if the file cannot be used; a database elsewhere is not
     *     asked yet
     */
    public static ClaimStore open(IdempotencySettings settings, Path file, Clock clock) {
        if (settings.store().isEmpty()) {
            return KeyFile.open(file, clock);
        }
        // Parameters of the URL may hold a password.
        String name = settings.store().replaceFirst(CREDENTIALS, "");
        return IdempotencyStore.shared(new Url(settings), name, clock);
    }

    /** Opens a connection at each call, with whatever driver is on the class path. */
    private record Url(IdempotencySettings settings) implements DataSource {

        @Override
        public Connection getConnection() throws SQLException {
            return getConnection(settings.user(), settings.password());
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            Properties properties = new Properties();
            if (!user.isEmpty()) {
                properties.setProperty("user", user);
                properties.setProperty("password", password);
            }
            // In the driver's own words; without them it waits for an answer for ever.
            properties.setProperty("loginTimeout", String.valueOf(LOGIN_SECONDS));
            properties.setProperty("connectTimeout", String.valueOf(LOGIN_SECONDS));
            properties.setProperty("socketTimeout", String.valueOf(2 * LOGIN_SECONDS));
            return DriverManager.getConnection(settings.store(), properties);
        }

        @Override
        public PrintWriter getLogWriter() throws SQLException {
            throw new SQLFeatureNotSupportedException("log writer");
        }

        @Override
        public void setLogWriter(PrintWriter out) throws SQLException {
            throw new SQLFeatureNotSupportedException("log writer");
        }

        @Override
        public void setLoginTimeout(int seconds) throws SQLException {
            throw new SQLFeatureNotSupportedException("login timeout of " + seconds + " s");
        }

        @Override
        public int getLoginTimeout() {
            return LOGIN_SECONDS;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException("parent logger");
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLFeatureNotSupportedException("unwrapping to " + type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
