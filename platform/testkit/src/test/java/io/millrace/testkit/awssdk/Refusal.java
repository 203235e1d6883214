package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** An error as the SDK tells it to whoever catches it. */
record Refusal(int status, String code, String message) {
    static Refusal of(ThrowingCallable call) {
        LambdaException thrown = thrown(LambdaException.class, call);
        return new Refusal(
                thrown.statusCode(),
                thrown.awsErrorDetails().errorCode(),
                thrown.awsErrorDetails().errorMessage());
    }

    /** The exception itself, for the members that only it has. */
    static <T extends LambdaException> T thrown(Class<T> type, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(type);
        return type.cast(thrown);
    }

    static Refusal notFound(String message) {
        return new Refusal(404, "ResourceNotFoundException", message);
    }

    static Refusal invalid(String message) {
        return new Refusal(400, "InvalidParameterValueException", message);
    }

    static Refusal conflict(String message) {
        return new Refusal(409, "ResourceConflictException", message);
    }

    static Refusal validation(String message) {
        return new Refusal(400, "ValidationException", message);
    }
}
