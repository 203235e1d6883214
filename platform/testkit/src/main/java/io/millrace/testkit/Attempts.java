package io.millrace.testkit;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.AttemptListener;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How the attempts of each event ended, by request id. Thread-safe. */
final class Attempts implements AttemptListener {
    private final Map<String, Seen> byRequestId = new ConcurrentHashMap<>();

    /**
     * The attempts of one event until now.
     *
     * @param last how the latest ended
     */
    record Seen(int count, Outcome last) {
        Optional<Success> success() {
            return last instanceof Outcome.Succeeded succeeded
                    ? Optional.of(new Success(count, succeeded.response()))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return last instanceof Outcome.FunctionError error
                    ? count + ", the last failed with " + error.errorType() + ": " + error.errorMessage()
                    : count + ", the last succeeded";
        }
    }

    @Override
    public void ended(Invocation invocation, Outcome outcome) {
        if (invocation.type() == InvocationType.EVENT) {
            byRequestId.merge(
                    invocation.id(), new Seen(1, outcome), (before, first) -> new Seen(before.count() + 1, outcome));
        }
    }

    Optional<Seen> of(String requestId) {
        return Optional.ofNullable(byRequestId.get(requestId));
    }
}
