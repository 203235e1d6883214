package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the function of a mapping for one batch after the other, and pauses where that is no use. For one thread. */
final class FunctionCalls {
    private static final Logger LOGGER = LoggerFactory.getLogger(FunctionCalls.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EventSourceMapping mapping;
    private final FeedingParts parts;
    private final StopSignal signal;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

    FunctionCalls(EventSourceMapping mapping, FeedingParts parts, StopSignal signal) {
        this.mapping = mapping;
        this.parts = parts;
        this.signal = signal;
    }

    /** A run of the function: succeeded or failed. */
    record Run(String requestId, Invoker.Answer answer) {}

    /** Blocks until there is such a function. */
    void awaitFunction() throws Stopped {
        FunctionArn function = mapping.settings().function();
        while (!parts.exists().test(function)) {
            pause("the function does not exist");
        }
    }

    /**
     * @param items that are in the event
     * @return empty if the function did not run, or nobody can tell, after a pause
     */
    Optional<Run> run(byte[] event, List<StreamItem> items) throws Stopped {
        signal.requireRunning();
        String requestId = RequestIds.next();
        Invocation invocation = new Invocation(
                requestId,
                mapping.settings().function(),
                InvocationType.REQUEST_RESPONSE,
                event,
                Optional.empty(),
                parts.traces().records(items, item -> item.record().trace()));
        // A function that was deleted just now is refused at once, hence the future around.
        Future<Invoker.Answer> call =
                Future.<Void>succeededFuture().compose(start -> parts.invoker().call(invocation));
        try {
            Invoker.Answer answer = signal.await(call.toCompletionStage().toCompletableFuture());
            if (answer.outcome() instanceof Outcome.Throttled throttled) {
                pause(throttled.reason().wireName());
                return Optional.empty();
            }
            return Optional.of(new Run(requestId, answer));
        } catch (ExecutionException failed) {
            pause(String.valueOf(failed.getCause()));
            return Optional.empty();
        }
    }

    /** After a success: the next pause is a short one. */
    void succeeded() {
        backoff.reset();
    }

    /** Longer from time to time, until a success. */
    void pause(String reason) throws Stopped {
        LOGGER.atDebug()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.FUNCTION, mapping.settings().function())
                .addKeyValue(LogKeys.REASON, reason)
                .log("polling pauses");
        signal.pause(backoff.next());
    }
}
