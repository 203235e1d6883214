package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.retry.GiveUpCondition;
import io.millrace.core.retry.RetryDecision;
import io.millrace.core.retry.RetryPolicy;
import io.millrace.runtime.accounting.AttemptNote;
import io.millrace.runtime.destination.OutcomeRecord;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.trace.AttemptTrace;
import io.millrace.runtime.trace.AttemptTrace.Settlement;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event's way out of one function: outcome, decision, settlement. Event loop only. */
final class EventSettlement {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventSettlement.class);
    /** A group waits for its failed event's next delivery this long beyond the broker's delay. */
    private static final Duration DELIVERY_GRACE = Duration.ofSeconds(30);

    /** For an event whose idempotency key is in use. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    private final FunctionWorker worker;
    private final FunctionName name;
    private final Dispatcher dispatcher;
    private final WorkerParts parts;
    private final int tallyRow;
    private final InboundLink expired;
    private long givenUp;
    private long leftWithBroker;

    EventSettlement(FunctionWorker worker, Dispatcher dispatcher, WorkerParts parts) {
        this.worker = worker;
        this.name = worker.name();
        this.dispatcher = dispatcher;
        this.parts = parts;
        this.tallyRow = parts.tally().row(name);
        this.expired = new InboundLink(
                parts.connection(), Topology.expiredAddress(name), false, this::onExpired, this::expiredAttached);
    }

    void open() {
        expired.open();
    }

    private void expiredAttached() {
        expired.grant(EventCredit.SPARE);
    }

    long succeeded() {
        return parts.tally().succeeded(tallyRow);
    }

    /** Events from the queue that were dead-lettered, not those that the broker expired. */
    long givenUp() {
        return givenUp;
    }

    /** Ends that the broker was told by this link: of events that succeeded or were given up. Only its growth counts. */
    long told() {
        return succeeded() + givenUp - leftWithBroker;
    }

    /** Whether this event succeeded before, and only its settlement did not reach the broker. True once. */
    boolean wasSettledBefore(String id) {
        boolean wasSettled = dispatcher.wasSettledBefore(tallyRow, id);
        if (wasSettled) {
            leftWithBroker--;
        }
        return wasSettled;
    }

    /** The end of an attempt, in whichever way. */
    void settle(Attempt attempt, Outcome outcome) {
        String id = attempt.invocation().id();
        boolean over = false;
        if (outcome instanceof Outcome.Succeeded succeeded) {
            over = succeeded(attempt, id, succeeded);
        } else if (outcome instanceof FunctionError error) {
            worker.notRunning(id);
            if (attempt.delivery().isLive()) { // Otherwise the broker has it back, and decides by its own count.
                over = failed(attempt.delivery(), id, attempt.note(), error, attempt.trace());
            } else {
                keepGroup(attempt.delivery().message(), id, attempt.number());
            }
        } else {
            throw new IllegalStateException("an attempt with a permit ended as " + outcome);
        }
        if (over) {
            parts.watchers().ended(attempt, outcome);
        }
    }

    /** @return whether the event is over; false if it runs again */
    private boolean succeeded(Attempt attempt, String id, Outcome.Succeeded outcome) {
        Message event = attempt.delivery().message();
        Optional<String> destination = worker.async(event).onSuccess();
        if (destination.isPresent() && !attempt.delivery().isLive()) {
            worker.notRunning(id); // Completed later it would have no record; so it runs again.
            keepGroup(event, id, attempt.number());
            return false;
        }
        if (destination.isPresent()) {
            OutcomeRecord success = successRecord(attempt, outcome);
            settle(
                    parts.givingUp()
                            .recordSuccess(
                                    attempt.delivery(),
                                    success,
                                    attempt.invocation().arn(),
                                    destination.get(),
                                    attempt.trace())
                            .onSuccess(done -> {
                                parts.tally().count(tallyRow, UUID.fromString(id));
                                dropPayload(event);
                            }),
                    attempt.delivery(),
                    id,
                    attempt.note(),
                    attempt.trace(),
                    Settlement.COMPLETE);
            return true;
        }
        worker.notRunning(id);
        // Counted before the broker is told: what a crash in between brings back is known and not run again.
        parts.tally().count(tallyRow, UUID.fromString(id));
        attempt.note().over();
        if (attempt.delivery().isLive()) {
            attempt.delivery().complete();
            dropPayload(event);
        } else {
            dispatcher.settledWithoutBroker(tallyRow, id);
            leftWithBroker++;
        }
        attempt.trace().settled(Settlement.COMPLETE);
        worker.leaveGroup(event, id);
        return true;
    }

    /** The file of an event that succeeded; not before the broker has it on its disk that nothing will want it again. */
    void dropPayload(Message event) {
        EventMessages.storedPayload(event)
                .ifPresent(stored -> dispatcher.whenSettled().onSuccess(done -> parts.payloads()
                        .delete(stored)));
    }

    private OutcomeRecord successRecord(Attempt attempt, Outcome.Succeeded outcome) {
        return new OutcomeRecord(
                parts.clock().instant(),
                attempt.invocation().id(),
                attempt.invocation().arn().qualified().toString(),
                "Success",
                attempt.number(),
                attempt.invocation().payload(),
                Optional.of(outcome.response()),
                false,
                attempt.version().version());
    }

    /**
     * @param note of the attempt that failed
     * @return whether the event is over; false if it is tried again
     */
    boolean failed(Delivery delivery, String id, AttemptNote note, FunctionError error, AttemptTrace trace) {
        int attempt = note.number();
        RetryDecision decision = retryPolicy(delivery.message())
                .decide(
                        attempt,
                        worker.giveUpAt(delivery.message()),
                        parts.clock().instant());
        LOGGER.atDebug()
                .addKeyValue(LogKeys.FUNCTION, name)
                .addKeyValue(LogKeys.REQUEST_ID, id)
                .addKeyValue(LogKeys.ATTEMPT, attempt)
                .addKeyValue(LogKeys.REASON, error.errorType())
                .log("attempt failed");
        if (decision instanceof RetryDecision.GiveUp giveUp) {
            giveUp(delivery, id, note, giveUp.condition(), attempt, Optional.of(error), trace);
            return true;
        }
        keepGroup(delivery.message(), id, attempt);
        delivery.retryLater();
        trace.settled(Settlement.RETRY);
        return false;
    }

    private RetryPolicy retryPolicy(Message event) {
        return new RetryPolicy(worker.async(event));
    }

    private void keepGroup(Message event, String id, int attempt) {
        // The broker waits by its own count, which may be higher (docs/adr/0007).
        int counted = Math.max(attempt, EventMessages.attempt(event));
        Duration delay = retryPolicy(event).delayAfter(counted).plus(DELIVERY_GRACE);
        worker.keepGroup(event, id, parts.clock().millis() + delay.toMillis());
    }

    /** All attempts are spent: a worker died in the last one. */
    void giveUpLost(WaitingEvent event, int attempts) {
        giveUpExhausted(
                event,
                attempts,
                PlatformErrors.of("Runtime.WorkerLost", "the worker was lost during attempt " + attempts));
    }

    /** It waited for an attempt that was taken from it; the error of the last one is not known any more. */
    void giveUpLowered(WaitingEvent event, int attempts) {
        int retries = worker.async(event.message()).maximumRetryAttempts();
        giveUpExhausted(
                event,
                attempts,
                PlatformErrors.of(
                        "Runtime.RetriesLowered",
                        "the maximum of retries was lowered to " + retries + " while the event waited for attempt "
                                + (attempts + 1)));
    }

    private void giveUpExhausted(WaitingEvent event, int attempts, FunctionError error) {
        giveUp(
                event.delivery(),
                event.id(),
                event.note(),
                GiveUpCondition.RETRIES_EXHAUSTED,
                attempts,
                Optional.of(error),
                unrun(event));
    }

    void giveUpTooOld(WaitingEvent event) {
        AttemptNote note = event.note();
        giveUp(
                event.delivery(),
                event.id(),
                note,
                GiveUpCondition.EVENT_AGE_EXCEEDED,
                note.number() - 1,
                Optional.empty(),
                unrun(event));
    }

    void giveUpSwitchedOff(WaitingEvent event) {
        giveUp(
                event.delivery(),
                event.id(),
                event.note(),
                GiveUpCondition.ZERO_RESERVED_CONCURRENCY,
                0,
                Optional.empty(),
                unrun(event));
    }

    /** It would go round for ever; it does not run (lambda-semantics 2.4). */
    void giveUpRecursive(WaitingEvent event) {
        giveUp(
                event.delivery(),
                event.id(),
                event.note(),
                GiveUpCondition.RECURSIVE_INVOCATION,
                event.note().number() - 1,
                Optional.of(PlatformErrors.of("RecursiveInvocationException", RecursiveCallException.MESSAGE)),
                unrun(event));
    }

    /** Its idempotency key came with another payload before; no later attempt would run either. */
    void giveUpKeyReused(WaitingEvent event) {
        giveUpForItsKey(
                event,
                GiveUpCondition.IDEMPOTENCY_KEY_REUSED,
                "IdempotencyKeyReusedException",
                IdempotencyKeyException.Kind.REUSED);
    }

    /** It will not have a key later either. */
    void giveUpKeyMissing(WaitingEvent event) {
        giveUpForItsKey(
                event,
                GiveUpCondition.IDEMPOTENCY_KEY_MISSING,
                "IdempotencyKeyMissingException",
                IdempotencyKeyException.Kind.MISSING);
    }

    private void giveUpForItsKey(
            WaitingEvent event, GiveUpCondition condition, String errorType, IdempotencyKeyException.Kind kind) {
        giveUp(
                event.delivery(),
                event.id(),
                event.note(),
                condition,
                event.note().number() - 1,
                Optional.of(PlatformErrors.of(errorType, kind.message())),
                unrun(event));
    }

    /** Only a messaging client can have sent it; it does not run. */
    void giveUpTooLarge(WaitingEvent event) {
        int bytes = EventMessages.payload(event.message()).length;
        giveUp(
                event.delivery(),
                event.id(),
                event.note(),
                GiveUpCondition.PAYLOAD_TOO_LARGE,
                event.note().number() - 1,
                Optional.of(PlatformErrors.of(
                        "RequestEntityTooLargeException",
                        bytes + " byte payload is too large for the Event invocation type (limit "
                                + parts.largestEvent() + " bytes, setting limits.eventBytes)")),
                unrun(event));
    }

    private AttemptTrace unrun(WaitingEvent event) {
        return parts.traces().unrun(event.message(), event.id(), name);
    }

    /** It waits at the broker, for as long as after a failed attempt, and has spent none. */
    void giveBack(WaitingEvent event, KeyedEnd.NotRun why) {
        if (!event.delivery().isLive()) {
            event.note().dropped();
            keepGroup(event.message(), event.id(), event.note().number());
            return;
        }
        event.note().returned();
        keepGroup(event.message(), event.id(), event.note().number());
        Duration delay = retryPolicy(event.message()).delayAfter(event.note().number());
        boolean isHeldHere =
                delay.compareTo(SHORTEST_WAIT) < 0; // The broker would deliver it again at once, and again.
        if (why == KeyedEnd.NotRun.KEY_IN_USE) {
            parts.givenBack().add(event.id(), parts.clock().instant().plus(isHeldHere ? SHORTEST_WAIT : delay));
        }
        if (isHeldHere) {
            dispatcher.later(SHORTEST_WAIT, event.delivery()::release);
        } else {
            event.delivery().release();
        }
    }

    private void giveUp(
            Delivery delivery,
            String id,
            AttemptNote note,
            GiveUpCondition condition,
            int attempts,
            Optional<FunctionError> error,
            AttemptTrace trace) {
        GivingUp.Loss loss = loss(delivery.message(), id, condition, attempts, error);
        Future<Void> written = parts.givingUp()
                .deadLetter(delivery, loss, worker.async(delivery.message()), trace)
                .onSuccess(done -> {
                    givenUp++;
                    worker.meters().dropped(condition);
                })
                .onFailure(refused -> worker.meters().deadLetterFailed());
        settle(written, delivery, id, note, trace, Settlement.DEAD_LETTER);
    }

    private GivingUp.Loss loss(
            Message event, String id, GiveUpCondition condition, int attempts, Optional<FunctionError> error) {
        FunctionArn arn = worker.invocation(event, id, InvocationType.EVENT).arn();
        Optional<String> qualifier = EventMessages.property(event, EventProperties.QUALIFIER);
        String version = worker.deployed()
                .resolve(qualifier, 1.0)
                .map(DeployedVersion::version)
                .orElse(FunctionArn.LATEST);
        return new GivingUp.Loss(arn, id, version, condition, attempts, error);
    }

    private void settle(
            Future<Void> settled, Delivery delivery, String id, AttemptNote note, AttemptTrace trace, Settlement how) {
        parts.quarantine().endIsWritten(settled);
        settled.onComplete(ended -> {
            worker.notRunning(id);
            trace.settled(ended.succeeded() ? how : Settlement.UNKNOWN);
            if (ended.succeeded()) {
                note.over();
                worker.leaveGroup(delivery.message(), id);
            } else {
                LOGGER.atWarn()
                        .addKeyValue(LogKeys.FUNCTION, name)
                        .addKeyValue(LogKeys.REQUEST_ID, id)
                        .addKeyValue(LogKeys.REASON, ended.cause().getMessage())
                        .log("end of an event not written; the broker will deliver it again");
                note.reported();
                keepGroup(delivery.message(), id, EventMessages.attempt(delivery.message()));
                delivery.retryLater();
            }
            worker.topUp();
        });
    }

    /** The broker found it too old; its dead letter and its failure record are still to be written. */
    private void onExpired(Delivery delivery) {
        Message event = delivery.message();
        String id = EventMessages.id(event);
        AttemptNote note = worker.note(event, id);
        AttemptTrace trace = parts.traces().unrun(event, id, name);
        parts.givingUp()
                .deadLetter(
                        delivery,
                        loss(event, id, GiveUpCondition.EVENT_AGE_EXCEEDED, 0, Optional.empty()),
                        worker.async(event),
                        trace)
                .onSuccess(done -> {
                    trace.settled(Settlement.DEAD_LETTER);
                    worker.meters().dropped(GiveUpCondition.EVENT_AGE_EXCEEDED);
                    note.over();
                    worker.leaveGroup(event, id);
                })
                .onFailure(refused -> {
                    worker.meters().deadLetterFailed();
                    note.returned();
                    delivery.release();
                })
                .onComplete(done -> expired.grant(1));
    }

    Future<Void> close() {
        return expired.close();
    }
}
