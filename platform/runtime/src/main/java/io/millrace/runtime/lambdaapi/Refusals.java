package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.dispatch.IdempotencyKeyException;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RecursiveInvocationException;
import io.millrace.runtime.lambdaapi.LambdaApiException.SerializationException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ServiceException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ServiceUnavailableException;
import io.millrace.runtime.lambdaapi.LambdaApiException.TooManyRequestsException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ValidationException;
import io.millrace.runtime.lambdaapi.model.ConstraintViolationException;
import io.millrace.runtime.lambdaapi.model.MalformedRequestException;
import io.millrace.runtime.payloads.PayloadUnavailableException;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.RegistryUnavailableException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where bad news becomes an HTTP answer (lambda-semantics 1.3). */
final class Refusals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Refusals.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    private final AdministrationRefusals ofAdministration;

    Refusals(IdentitySettings identity) {
        this.ofAdministration = new AdministrationRefusals(identity);
    }

    Reply reply(Throwable failure, String requestId) {
        LambdaApiException refusal = refusal(failure, requestId);
        ObjectNode body = Json.object();
        refusal.reason().ifPresent(reason -> body.put("Reason", reason.wireName()));
        refusal.shape().type().ifPresent(type -> body.put("Type", type));
        body.put(refusal.shape().messageKey(), refusal.text());
        Reply reply = Reply.json(refusal.status(), body).withHeader("x-amzn-ErrorType", refusal.code());
        return refusal.isWorthARetry() ? reply.withHeader("Retry-After", RETRY_AFTER_SECONDS) : reply;
    }

    private LambdaApiException refusal(Throwable failure, String requestId) {
        if (failure instanceof LambdaApiException refusal) {
            return refusal;
        }
        if (failure instanceof ConstraintViolationException violation) {
            return new ValidationException(String.valueOf(violation.getMessage()));
        }
        if (failure instanceof MalformedRequestException malformed) {
            return new SerializationException(String.valueOf(malformed.getMessage()));
        }
        if (failure instanceof AccessRefusedException refused) {
            return new LambdaApiException.Refused(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof DoorRefusedException refused) {
            return new LambdaApiException.OfDoor(
                    refused.status(), refused.code(), String.valueOf(refused.getMessage()));
        }
        if (failure instanceof FunctionAdministrationException refused) {
            return ofAdministration.refusal(refused);
        }
        if (failure instanceof BrokerUnavailableException away) {
            return new ServiceUnavailableException("The broker is not available: " + away.getMessage());
        }
        if (failure instanceof RegistryUnavailableException away) {
            return new ServiceUnavailableException("The registry is not available: " + away.getMessage());
        }
        if (failure instanceof PayloadUnavailableException away) {
            return new ServiceUnavailableException("The payload was not accepted: " + away.getMessage());
        }
        if (failure instanceof RecursiveCallException recursive) {
            return new RecursiveInvocationException(String.valueOf(recursive.getMessage()));
        }
        if (failure instanceof IdempotencyKeyException refused) {
            return ofKey(refused);
        }
        if (failure instanceof TimeoutException) {
            return new ServiceException("The answer of the function did not arrive in time.");
        }
        LOGGER.atError()
                .addKeyValue("requestId", requestId)
                .setCause(failure)
                .log("request failed by a fault of the platform");
        return new ServiceException("An error occurred and the request cannot be processed.");
    }

    // Of the errors that Invoke knows, those that clients retry by themselves exactly where that helps.
    private static LambdaApiException ofKey(IdempotencyKeyException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.kind()) {
            case IN_USE -> TooManyRequestsException.without(message);
            case REUSED, MISSING -> new InvalidParameterValueException(message);
            case STORE_AWAY -> new ServiceUnavailableException(message);
        };
    }
}
