package io.millrace.runtime.kinesisapi;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import io.millrace.runtime.stream.StreamRefusedException;
import io.millrace.runtime.stream.StreamUnknownException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an answer of the protocol. */
record Refusals(IdentitySettings identity) {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);
    private static final int TOO_LARGE = 413;

    Refusal of(Throwable failure, String requestId) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof AccessRefusedException refused) {
            return Refusal.access(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof StreamUnknownException unknown) {
            return unknownStream(unknown.stream());
        }
        if (failure instanceof StreamRefusedException refused) {
            return of(refused);
        }
        if (failure instanceof BrokerUnavailableException || failure instanceof RegistryUnavailableException) {
            return Refusal.unavailable(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof BrokerRefusedException full) {
            return Refusal.unavailable(String.valueOf(full.getMessage()));
        }
        LOGGER.atError()
                .addKeyValue(LogKeys.REQUEST_ID, requestId)
                .setCause(failure)
                .log("request failed by a fault of the platform");
        return Refusal.fault();
    }

    private static Refusal of(StreamRefusedException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case NAME_TAKEN -> Refusal.inUse(message);
            case TOO_MANY_SHARDS -> Refusal.limit(message);
            case INVALID -> Refusal.argument(message);
            case TOO_FAST -> Refusal.tooFast(message);
        };
    }

    Refusal unknownStream(String name) {
        return Refusal.unknown("Stream " + name + " under account " + identity.account() + " not found.");
    }

    /** @param status that the reading of the body ended with */
    static Refusal ofBody(int status, long largest) {
        return status == TOO_LARGE
                ? Refusal.serialization("the body is too large, expected at most " + largest + " bytes")
                : Refusal.serialization("the body broke off");
    }
}
