package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.ThrottleReason;
import java.util.Optional;

/**
 * A refusal the caller can act on (lambda-semantics 1.3, 1.4); rendered once, by {@link Refusals}. The simple name of
 * the class is the error code on the wire, but for {@link Refused}.
 */
abstract sealed class LambdaApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final BodyShape shape;

    private LambdaApiException(int status, BodyShape shape, String message) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(message, null, false, false);
        this.status = status;
        this.shape = shape;
    }

    int status() {
        return status;
    }

    BodyShape shape() {
        return shape;
    }

    String code() {
        return getClass().getSimpleName();
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** Present for throttling only. */
    Optional<ThrottleReason> reason() {
        return Optional.empty();
    }

    /** Whether the same request may succeed a little later. */
    boolean isWorthARetry() {
        return false;
    }

    /** Lambda spells the body of an error in one of these ways, by error class. */
    enum BodyShape {
        USER_LOWER("User", "message"),
        USER_CAPITAL("User", "Message"),
        SERVICE("Service", "Message"),
        BARE_LOWER("", "message"),
        BARE_CAPITAL("", "Message");

        private final String type;
        private final String messageKey;

        BodyShape(String type, String messageKey) {
            this.type = type;
            this.messageKey = messageKey;
        }

        /** Empty where the body has no member {@code Type}. */
        Optional<String> type() {
            return type.isEmpty() ? Optional.empty() : Optional.of(type);
        }

        String messageKey() {
            return messageKey;
        }
    }

    static final class ResourceNotFoundException extends LambdaApiException {
        ResourceNotFoundException(String message) {
            super(404, BodyShape.USER_CAPITAL, message);
        }
    }

    static final class ProvisionedConcurrencyConfigNotFoundException extends LambdaApiException {
        ProvisionedConcurrencyConfigNotFoundException(String message) {
            super(404, BodyShape.USER_LOWER, message);
        }
    }

    static final class UnknownOperationException extends LambdaApiException {
        UnknownOperationException(String method, String path) {
            super(404, BodyShape.BARE_LOWER, "there is no operation " + method + " " + path);
        }
    }

    static final class InvalidParameterValueException extends LambdaApiException {
        InvalidParameterValueException(String message) {
            super(400, BodyShape.USER_LOWER, message);
        }

        private InvalidParameterValueException(BodyShape shape, String message) {
            super(400, shape, message);
        }

        /** For the few messages about concurrency that come without a type. */
        static InvalidParameterValueException bare(String message) {
            return new InvalidParameterValueException(BodyShape.BARE_LOWER, message);
        }
    }

    static final class InvalidRequestContentException extends LambdaApiException {
        InvalidRequestContentException(String message) {
            super(400, BodyShape.USER_LOWER, message);
        }
    }

    static final class ValidationException extends LambdaApiException {
        ValidationException(String message) {
            super(400, BodyShape.BARE_LOWER, message);
        }
    }

    /** A request that cannot be read as what its operation expects; AWS's own name, though no description has it. */
    static final class SerializationException extends LambdaApiException {
        SerializationException(String message) {
            super(400, BodyShape.BARE_CAPITAL, message);
        }
    }

    static final class AccessDeniedException extends LambdaApiException {
        AccessDeniedException(String message) {
            super(403, BodyShape.BARE_CAPITAL, message);
        }
    }

    /** What another door refused. */
    static final class OfDoor extends LambdaApiException {
        private final String code;

        OfDoor(int status, String code, String message) {
            super(status, status < 500 ? BodyShape.USER_CAPITAL : BodyShape.SERVICE, message);
            this.code = code;
        }

        @Override
        String code() {
            return code;
        }
    }

    /** Of a caller that is not known, or may not do this; AWS has a code of its own for each reason. */
    static final class Refused extends LambdaApiException {
        private final String code;

        Refused(String code, String message) {
            super(403, code.equals("AccessDeniedException") ? BodyShape.BARE_CAPITAL : BodyShape.BARE_LOWER, message);
            this.code = code;
        }

        @Override
        String code() {
            return code;
        }
    }

    static final class PolicyLengthExceededException extends LambdaApiException {
        PolicyLengthExceededException(String message) {
            super(400, BodyShape.USER_LOWER, message);
        }
    }

    static final class ResourceConflictException extends LambdaApiException {
        ResourceConflictException(String message) {
            super(409, BodyShape.USER_LOWER, message);
        }
    }

    static final class ResourceInUseException extends LambdaApiException {
        ResourceInUseException(String message) {
            super(400, BodyShape.USER_CAPITAL, message);
        }
    }

    static final class PreconditionFailedException extends LambdaApiException {
        PreconditionFailedException(String message) {
            super(412, BodyShape.USER_LOWER, message);
        }
    }

    static final class RequestEntityTooLargeException extends LambdaApiException {
        RequestEntityTooLargeException(String message) {
            super(413, BodyShape.BARE_LOWER, message);
        }
    }

    static final class UnsupportedMediaTypeException extends LambdaApiException {
        UnsupportedMediaTypeException(String message) {
            super(415, BodyShape.USER_LOWER, message);
        }
    }

    static final class RecursiveInvocationException extends LambdaApiException {
        RecursiveInvocationException(String message) {
            super(400, BodyShape.USER_CAPITAL, message);
        }
    }

    static final class TooManyRequestsException extends LambdaApiException {
        private final transient Optional<ThrottleReason> reason;

        TooManyRequestsException(ThrottleReason reason) {
            this(Optional.of(reason), "Rate Exceeded.");
        }

        private TooManyRequestsException(Optional<ThrottleReason> reason, String message) {
            super(429, BodyShape.USER_LOWER, message);
            this.reason = reason;
        }

        /** For what is no limit of Lambda's. */
        static TooManyRequestsException without(String message) {
            return new TooManyRequestsException(Optional.empty(), message);
        }

        @Override
        Optional<ThrottleReason> reason() {
            return reason;
        }

        @Override
        boolean isWorthARetry() {
            return true;
        }
    }

    static final class ServiceException extends LambdaApiException {
        ServiceException(String message) {
            super(500, BodyShape.SERVICE, message);
        }
    }

    static final class ServiceUnavailableException extends LambdaApiException {
        ServiceUnavailableException(String message) {
            super(503, BodyShape.SERVICE, message);
        }

        @Override
        boolean isWorthARetry() {
            return true;
        }
    }
}
