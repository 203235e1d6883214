package io.millrace.core.invocation;

/** How one attempt ended. */
public sealed interface Outcome {

    <R> R match(Cases<R> cases);

    /** One method per case, so that a new case does not compile until everybody has decided about it. */
    interface Cases<R> {
        R succeeded(Succeeded outcome);

        R functionError(FunctionError outcome);

        R throttled(Throttled outcome);
    }

    /** @param response the function's result as JSON bytes */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Succeeded(byte[] response) implements Outcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.succeeded(this);
        }
    }

    /**
     * The handler threw, ran into its timeout or could not be started.
     *
     * @param errorType such as the class of the exception or {@code Sandbox.Timedout} (lambda-semantics 5.7)
     * @param errorMessage for people; may be empty
     * @param stackTrace frames, outermost last, empty where there is none
     * @param payload the error as the JSON a synchronous caller gets (lambda-semantics 1.5)
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record FunctionError(String errorType, String errorMessage, String stackTrace, byte[] payload) implements Outcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.functionError(this);
        }
    }

    /** No permit: the handler did not run and no attempt is spent. */
    record Throttled(ThrottleReason reason) implements Outcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.throttled(this);
        }
    }
}
