package io.millrace.runtime.eventbusapi;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.eventbus.BusRefusedException;
import io.millrace.runtime.eventbus.BusRefusedException.Exists;
import io.millrace.runtime.eventbus.BusRefusedException.IllegalStatus;
import io.millrace.runtime.eventbus.BusRefusedException.TooMany;
import io.millrace.runtime.eventbus.BusRefusedException.Unknown;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an answer of the protocol. */
final class Refusals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);
    private static final int TOO_LARGE = 413;

    private Refusals() {}

    static Refusal of(Throwable failure, String requestId) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof AccessRefusedException refused) {
            return Refusal.access(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof BusRefusedException refused) {
            return Refusal.modelled(type(refused), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof BrokerUnavailableException || failure instanceof BrokerRefusedException) {
            return Refusal.unavailable("The broker did not take it: " + failure.getMessage());
        }
        if (failure instanceof RegistryUnavailableException away) {
            return Refusal.unavailable("The registry is not available: " + away.getMessage());
        }
        LOGGER.atError()
                .addKeyValue(LogKeys.REQUEST_ID, requestId)
                .setCause(failure)
                .log("request failed by a fault of the platform");
        return Refusal.fault();
    }

    private static String type(BusRefusedException refused) {
        if (refused instanceof Unknown) {
            return "ResourceNotFoundException";
        }
        if (refused instanceof Exists) {
            return "ResourceAlreadyExistsException";
        }
        if (refused instanceof TooMany) {
            return "LimitExceededException";
        }
        return refused instanceof IllegalStatus ? "IllegalStatusException" : "ValidationException";
    }

    /** @param status that the reading of the body ended with */
    static Refusal ofBody(int status, long largest) {
        return status == TOO_LARGE
                ? Refusal.validation("the body is too large, expected at most " + largest + " bytes")
                : Refusal.serialization("the body broke off");
    }
}
