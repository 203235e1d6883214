package io.millrace.runtime.environment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;

/** Learns how attempts end, of events and of calls alike. */
@FunctionalInterface
public interface AttemptListener {
    /** Called once per attempt, before it is settled, on any thread; must not block and must not throw. */
    void ended(Invocation invocation, Outcome outcome);
}
