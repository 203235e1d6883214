package io.millrace.runtime.environment.process;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An invocation that was asked for and has not ended. Event loop only. */
final class OpenAttempt {
    private final Invocation invocation;
    private final Caller caller;
    private final Consumer<Outcome> whenEnded;
    private @Nullable Instant deadline;

    OpenAttempt(Invocation invocation, Caller caller, Consumer<Outcome> whenEnded) {
        this.invocation = invocation;
        this.caller = caller;
        this.whenEnded = whenEnded;
    }

    String id() {
        return invocation.id();
    }

    Invocation invocation() {
        return invocation;
    }

    Caller caller() {
        return caller;
    }

    /** Its time counts from now, with a suppressed initialisation. */
    void countUntil(Instant deadline) {
        this.deadline = deadline;
    }

    /** Null where its time counts from the start of the handler. */
    @Nullable
    Instant deadline() {
        return deadline;
    }

    void end(Outcome outcome) {
        whenEnded.accept(outcome);
    }
}
