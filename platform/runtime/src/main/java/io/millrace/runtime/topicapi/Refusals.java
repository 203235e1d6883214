package io.millrace.runtime.topicapi;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import io.millrace.runtime.topic.TopicRefusedException.SubscriptionDiffers;
import io.millrace.runtime.topic.TopicRefusedException.SubscriptionUnknown;
import io.millrace.runtime.topic.TopicRefusedException.TopicUnknown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an answer of the protocol. */
final class Refusals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    static Refusal of(Throwable failure, String requestId) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof AccessRefusedException refused) {
            return Refusal.access(code(refused.code()), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof TopicUnknown) {
            return Refusal.notFound("Topic does not exist");
        }
        if (failure instanceof SubscriptionUnknown) {
            return Refusal.notFound("Subscription does not exist");
        }
        if (failure instanceof SubscriptionDiffers) {
            return Refusal.parameter("Attributes Reason: Subscription already exists with different attributes");
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

    /** What this protocol calls it. */
    private static String code(String code) {
        return switch (code) {
            case "AccessDeniedException" -> "AuthorizationError";
            case "UnrecognizedClientException" -> "InvalidClientTokenId";
            case "InvalidSignatureException" -> "SignatureDoesNotMatch";
            case "IncompleteSignatureException" -> "IncompleteSignature";
            case "MissingAuthenticationTokenException" -> "MissingAuthenticationToken";
            default -> code;
        };
    }
}
