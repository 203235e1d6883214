package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How long the broker's management may take to answer. */
final class Answers {
    // The broker itself gives up after a minute where another operation holds its management.
    static final Duration LONGEST = Duration.ofSeconds(90);

    private Answers() {}

    /** An answer that never comes must not hold a command for ever. */
    static <T> Future<T> inTime(Future<T> asked, BrokerAddress broker) {
        return asked.timeout(LONGEST.toSeconds(), TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? new BrokerUnavailableException(
                                        "broker " + broker + " did not answer within " + LONGEST.toSeconds() + " s",
                                        failure)
                                : failure));
    }
}
