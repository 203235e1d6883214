package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.AttemptListener;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When events last failed: the broker does not tell when it delivers one again. The latest ten thousand of this run of
 * the server. Thread-safe.
 */
public final class RecentFailures implements AttemptListener {
    private static final int MOST = 10_000;

    private final InstantSource clock;
    private final Map<String, Failure> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failure> eldest) {
            return size() > MOST;
        }
    };

    public RecentFailures(InstantSource clock) {
        this.clock = clock;
    }

    /** @param attempts that failed since this server knows the event */
    record Failure(int attempts, Instant at) {}

    @Override
    public void ended(Invocation invocation, Outcome outcome) {
        if (outcome instanceof FunctionError && invocation.type() == InvocationType.EVENT) {
            Instant now = clock.instant();
            synchronized (failures) {
                Failure before = failures.remove(invocation.id());
                failures.put(invocation.id(), new Failure(before == null ? 1 : before.attempts() + 1, now));
            }
        }
    }

    Optional<Failure> of(String id) {
        synchronized (failures) {
            return Optional.ofNullable(failures.get(id));
        }
    }
}
