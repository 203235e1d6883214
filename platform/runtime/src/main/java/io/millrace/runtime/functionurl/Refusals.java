package io.millrace.runtime.functionurl;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.dispatch.IdempotencyKeyException;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.observe.LogKeys;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an HTTP answer. */
final class Refusals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    static UrlRefusal of(Throwable failure, String requestId) {
        if (failure instanceof UrlRefusal refusal) {
            return refusal;
        }
        if (failure instanceof MalformedResponseException malformed) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REQUEST_ID, requestId)
                    .addKeyValue("reason", malformed.getMessage())
                    .log("a function answered its URL with no valid response");
            return UrlRefusal.badGateway();
        }
        if (failure instanceof RecursiveCallException recursive) {
            return UrlRefusal.recursive(String.valueOf(recursive.getMessage()));
        }
        if (failure instanceof IdempotencyKeyException refused) {
            return UrlRefusal.ofKey(refused);
        }
        if (failure instanceof BrokerUnavailableException) {
            return UrlRefusal.unavailable();
        }
        if (failure instanceof TimeoutException) {
            return UrlRefusal.late();
        }
        LOGGER.atError()
                .addKeyValue(LogKeys.REQUEST_ID, requestId)
                .setCause(failure)
                .log("request to a function's URL failed by a fault of the platform");
        return UrlRefusal.fault();
    }
}
