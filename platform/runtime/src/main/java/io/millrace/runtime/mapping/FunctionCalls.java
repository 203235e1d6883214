package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.RequestIds;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.mapping.ItemClaims.Rest;
import io.millrace.runtime.mapping.ItemClaims.Verdict;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** Whether there is such a function now; after a pause where there is none. */
    boolean hasFunction() throws Stopped {
        if (parts.exists().test(mapping.settings().function())) {
            return true;
        }
        pause("the function does not exist");
        return false;
    }

    /**
     * What the idempotency keys of records say. Blocks; none of them is claimed where it ends without an answer.
     *
     * @param source of the records
     * @return empty if nobody can tell, after a pause
     */
    Optional<ItemClaims<StreamItem>> claim(List<StreamItem> items, GuardedSource source) throws Stopped {
        signal.requireRunning();
        FunctionArn function = mapping.settings().function();
        // A window that is begun anew after a crash needs all of its records again.
        boolean hasKeys = mapping.settings().stream().tumblingWindow().isZero();
        try {
            Future<ItemClaims<StreamItem>> claims = hasKeys
                    ? parts.keys().claimPicked(function, items, item -> source.view(item.record()))
                    : Future.succeededFuture(parts.keys().none(items));
            return Optional.of(claims.succeeded() ? claims.result() : awaitClaims(claims));
        } catch (SourceAwayException unreadable) {
            pause(String.valueOf(unreadable.getMessage()));
            return Optional.empty();
        } catch (ExecutionException away) {
            pause(String.valueOf(away.getCause()));
            return Optional.empty();
        }
    }

    private ItemClaims<StreamItem> awaitClaims(Future<ItemClaims<StreamItem>> claims)
            throws Stopped, ExecutionException {
        try {
            return signal.await(claims.toCompletionStage().toCompletableFuture());
        } catch (Stopped abandoned) {
            claims.onSuccess(late -> late.end(Set.of(), Rest.FREED));
            throw abandoned;
        }
    }

    /** Blocks until keys are stored. */
    void await(Future<Void> stored) throws Stopped {
        if (stored.succeeded()) {
            return;
        }
        try {
            signal.await(stored.toCompletionStage().toCompletableFuture());
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the end of a claim does not fail", impossible);
        }
    }

    /**
     * @param claims ended here if there is no run
     * @return empty if the function did not run, or nobody can tell, after a pause
     */
    Optional<Run> run(byte[] event, ItemClaims<StreamItem> claims) throws Stopped {
        if (signal.isStopping()) {
            claims.end(Set.of(), Rest.FREED);
            throw new Stopped();
        }
        String requestId = RequestIds.next();
        Invocation invocation = new Invocation(
                requestId,
                mapping.settings().function(),
                InvocationType.REQUEST_RESPONSE,
                event,
                Optional.empty(),
                parts.traces().records(claims.with(Verdict.RUNS), item -> item.record()
                        .trace()));
        // A function that was deleted just now is refused at once, hence the future around.
        Future<Invoker.Answer> call =
                Future.<Void>succeededFuture().compose(start -> parts.invoker().call(invocation));
        try {
            Invoker.Answer answer = signal.await(call.toCompletionStage().toCompletableFuture());
            if (answer.outcome() instanceof Outcome.Throttled throttled) {
                await(claims.end(Set.of(), Rest.FREED));
                pause(throttled.reason().wireName());
                return Optional.empty();
            }
            return Optional.of(new Run(requestId, answer));
        } catch (ExecutionException failed) {
            await(claims.end(Set.of(), Rest.of(failed.getCause())));
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
