package io.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.function.FunctionHandler;
import io.millrace.idempotency.IdempotencyStore;
import io.millrace.idempotency.Idempotent;
import io.millrace.runtime.accounting.FunctionAccount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.h2.jdbcx.JdbcDataSource;

/**
 * A server that publishes every key of a file twice, records an effect for each key in a database, and says what was
 * confirmed and when nothing is left to do.
 */
final class KilledKeys {
    private KilledKeys() {}

    static JdbcDataSource database(Path file) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE");
        return database;
    }

    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        JdbcDataSource database = database(Path.of(arguments[1]));
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS effects (name VARCHAR(100))");
        }
        Idempotent orders = Idempotent.in(IdempotencyStore.on(database, Clock.systemUTC()), "orders");
        Millrace millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .set("async.retryDelay", "PT0.2S")
                .set("async.retryDelayMultiplier", "1")
                .set("async.maximumRetryAttempts", "1000") // A kill may cost one.
                .set("function.timeout", "PT1M")
                .function("orders", (FunctionHandler) (event, context) -> record(orders, event))
                .start();
        for (String key : Files.readAllLines(Path.of(arguments[2]))) {
            publish(millrace, key, key + "/first");
            publish(millrace, key, key + "/second");
        }
        System.out.println("published");
        while (!isQuiet(Objects.requireNonNull(millrace.stats().join().get("orders")))) {
            LockSupport.parkNanos(20_000_000);
        }
        System.out.println("quiet");
        LockSupport.park(); // Until it is killed.
    }

    private static void publish(Millrace millrace, String key, String publishId) {
        var unused = millrace.publish(
                        "orders",
                        key.getBytes(UTF_8),
                        PublishOptions.NONE.withIdempotencyKey(key).withPublishId(publishId))
                .thenRun(() -> System.out.println("confirmed " + publishId));
    }

    private static byte[] record(Idempotent orders, byte[] event) throws SQLException {
        String key = new String(event, UTF_8);
        return orders.transact(key, event, connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effects VALUES (?)")) {
                insert.setString(1, key);
                insert.executeUpdate();
            }
            return ("\"" + key + "\"").getBytes(UTF_8);
        });
    }

    private static boolean isQuiet(FunctionAccount account) {
        return account.waiting() + account.delayed() + account.running() == 0;
    }
}
