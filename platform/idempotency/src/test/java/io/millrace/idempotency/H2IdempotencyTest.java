package io.millrace.idempotency;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

final class H2IdempotencyTest extends DatabaseContract {
    private static final JdbcDataSource DATABASE = new JdbcDataSource();

    static {
        DATABASE.setURL("jdbc:h2:mem:keys;DB_CLOSE_DELAY=-1");
    }

    @Override
    DataSource database() {
        return DATABASE;
    }

    @Override
    boolean hasClock() {
        return false;
    }
}
