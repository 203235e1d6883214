package io.millrace.console.deadletters;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.AsyncDeadLetters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The broker's dead letters, connected to when somebody first looks: a server nobody looks at pays nothing. */
final class LazyDeadLetters {
    private static final Duration AWAY = Duration.ofSeconds(10);
    /** Where the broker is there and slow. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final BrokerAddress address;
    private @Nullable Future<AsyncDeadLetters> opened;

    LazyDeadLetters(Vertx vertx, BrokerAddress address) {
        this.vertx = vertx;
        this.address = address;
    }

    BrokerAddress address() {
        return address;
    }

    /** Event loop only. */
    Future<AsyncDeadLetters> open() {
        Future<AsyncDeadLetters> known = opened;
        if (known != null && !known.failed()) {
            return known;
        }
        Future<AsyncDeadLetters> opening = AsyncDeadLetters.connect(vertx, address, AWAY, TIMEOUT);
        opened = opening;
        return opening;
    }

    /** Event loop only. */
    Future<Void> close() {
        Future<AsyncDeadLetters> known = opened;
        return known == null
                ? Future.succeededFuture()
                : known.transform(open -> open.succeeded() ? open.result().close() : Future.succeededFuture());
    }
}
