package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.concurrency.Admission;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.retry.GiveUpCondition;
import io.millrace.core.retry.RetryDecision;
import io.millrace.core.retry.RetryPolicy;
import io.millrace.runtime.destination.OutcomeRecord;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event's way through one function: delivery, permit, attempt, decision, settlement. Event loop only; handlers run
 * elsewhere and come back through the dispatcher's mailbox.
 */
final class FunctionWorker {
    private static final Logger LOGGER = LoggerFactory.getLogger(FunctionWorker.class);

    private final FunctionName name;
    private final Dispatcher dispatcher;
    private final WorkerParts parts;
    private final int tallyRow;
    private final InboundLink events;
    private final InboundLink expired;
    private final CallWorker calls;
    private final EventCredit credit;
    private final ArrayDeque<Delivery> parked = new ArrayDeque<>();
    private final Map<String, Attempt> running = new HashMap<>();
    private FunctionDefinition definition;
    private boolean closed;
    private FunctionEnvironments environments;
    private RetryPolicy retryPolicy;

    FunctionWorker(
            FunctionDefinition definition,
            FunctionEnvironments environments,
            Dispatcher dispatcher,
            WorkerParts parts) {
        this.name = definition.name();
        this.definition = definition;
        this.environments = environments;
        this.retryPolicy = new RetryPolicy(definition.async());
        this.dispatcher = dispatcher;
        this.parts = parts;
        this.tallyRow = parts.tally().row(name);
        this.calls = new CallWorker(this, parts);
        this.events =
                new InboundLink(parts.connection(), Topology.invokeAddress(name), false, this::onEvent, this::attached);
        this.expired = new InboundLink(
                parts.connection(), Topology.expiredAddress(name), false, this::onExpired, this::expiredAttached);
        this.credit = new EventCredit(events, parts.ledger(), name);
    }

    void open() {
        events.open();
        expired.open();
        calls.open();
    }

    private void attached() {
        // What was parked came by the old link; the broker delivers it again.
        parked.clear();
        credit.restart();
    }

    private void expiredAttached() {
        expired.grant(EventCredit.SPARE);
    }

    /** Events that wait and that arrive from now on run with these. */
    void update(FunctionDefinition newDefinition, FunctionEnvironments newEnvironments) {
        definition = newDefinition;
        environments = newEnvironments;
        retryPolicy = new RetryPolicy(newDefinition.async());
        runParked();
        topUp();
    }

    FunctionName name() {
        return name;
    }

    FunctionDefinition definition() {
        return definition;
    }

    FunctionEnvironments environments() {
        return environments;
    }

    int running() {
        return running.size();
    }

    long succeeded() {
        return parts.tally().succeeded(tallyRow);
    }

    private void onEvent(Delivery delivery) {
        take(delivery);
        credit.used(parked.size());
    }

    private void take(Delivery delivery) {
        Message event = delivery.message();
        String id = EventMessages.id(event);
        Attempt stillRunning = running.get(id);
        if (stillRunning != null && !stillRunning.delivery().isLive()) {
            stillRunning.adopt(delivery);
        } else if (dispatcher.wasSettledBefore(tallyRow, id)) {
            delivery.complete();
        } else if (parts.ledger().isOff(name)) {
            giveUp(delivery, id, GiveUpCondition.ZERO_RESERVED_CONCURRENCY, 0, Optional.empty());
        } else if (EventMessages.attempt(event) > definition.async().maximumAttempts()) {
            giveUpLost(delivery, id);
        } else if (isTooOld(event)) {
            giveUpTooOld(delivery, id);
        } else {
            startOrPark(delivery, id);
        }
    }

    // The broker expires what waits in its queue; what waits here, or came late, is ours to look at.
    private boolean isTooOld(Message event) {
        return event.getExpiryTime() > 0
                && event.getExpiryTime() <= parts.clock().millis();
    }

    private void giveUpTooOld(Delivery delivery, String id) {
        int attempts = EventMessages.attempt(delivery.message()) - 1;
        giveUp(delivery, id, GiveUpCondition.EVENT_AGE_EXCEEDED, attempts, Optional.empty());
    }

    private void startOrPark(Delivery delivery, String id) {
        if (parked.isEmpty() && admit() instanceof Permit permit) {
            start(delivery, id, permit);
        } else {
            parked.add(delivery);
            dispatcher.parked(this);
        }
    }

    private void start(Delivery delivery, String id, Permit permit) {
        Message event = delivery.message();
        try {
            Invocation invocation = invocation(event, id, InvocationType.EVENT);
            Attempt attempt = new Attempt(this, invocation, EventMessages.attempt(event), permit, delivery);
            running.put(id, attempt);
            environments.run(invocation, Capacity.ON_DEMAND, outcome -> dispatcher.ended(attempt, outcome));
        } catch (RuntimeException notStarted) {
            running.remove(id);
            permit.close();
            throw notStarted;
        }
    }

    /** Runs a call that somebody waits for. */
    void run(Invocation invocation, Permit permit, Message call) {
        String replyTo = call.getReplyTo();
        Object callId = call.getMessageId();
        dispatcher.callStarted();
        environments.run(
                invocation,
                Capacity.ON_DEMAND,
                outcome -> dispatcher.callEnded(this, permit, replyTo, CallReply.of(callId, outcome)));
    }

    Invocation invocation(Message message, String id, InvocationType type) {
        Map<String, Object> properties = EventMessages.properties(message);
        FunctionArn arn = FunctionArn.of(parts.region(), parts.account(), name);
        if (properties.isEmpty()) {
            return new Invocation(id, arn, type, EventMessages.payload(message), Optional.empty(), Map.of());
        }
        Object trace = properties.get(EventProperties.TRACE);
        return new Invocation(
                id,
                EventMessages.property(message, EventProperties.QUALIFIER)
                        .map(arn::withQualifier)
                        .orElse(arn),
                type,
                EventMessages.payload(message),
                EventMessages.property(message, EventProperties.CLIENT_CONTEXT),
                trace == null ? Map.of() : Map.of(EventProperties.TRACE, trace.toString()));
    }

    /** Starts what waits for a permit, as far as there are permits; true while some still wait. */
    boolean runParked() {
        while (!parked.isEmpty()) {
            if (!startOneParked()) {
                return true;
            }
        }
        return false;
    }

    /** Starts one that waits; false if there is no permit for it. */
    boolean startOneParked() {
        Delivery next = parked.peek();
        if (next == null) {
            return false;
        }
        String id = EventMessages.id(next.message());
        if (parts.ledger().isOff(name)) {
            parked.remove();
            giveUp(next, id, GiveUpCondition.ZERO_RESERVED_CONCURRENCY, 0, Optional.empty());
            return true;
        }
        if (isTooOld(next.message())) {
            parked.remove();
            giveUpTooOld(next, id);
            return true;
        }
        if (admit() instanceof Permit permit) {
            parked.remove();
            start(next, id, permit);
            return true;
        }
        return false;
    }

    private Admission admit() {
        return parts.ledger().admit(name, FunctionArn.LATEST, InvocationType.EVENT);
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    /** The end of an attempt at an event. */
    void ended(Attempt attempt, Outcome outcome) {
        attempt.permit().close();
        if (closed) {
            return; // Its event went back to the broker, and its counts may be another function's now.
        }
        String id = attempt.invocation().id();
        if (outcome instanceof Outcome.Succeeded succeeded) {
            succeeded(attempt, id, succeeded);
        } else if (outcome instanceof FunctionError error) {
            failed(attempt, id, error);
        } else {
            throw new IllegalStateException("an attempt with a permit ended as " + outcome);
        }
    }

    private void succeeded(Attempt attempt, String id, Outcome.Succeeded outcome) {
        Optional<String> destination = definition.async().onSuccess();
        if (destination.isPresent() && !attempt.delivery().isLive()) {
            running.remove(id); // Completed later it would have no record; so it runs again.
            return;
        }
        if (destination.isPresent()) {
            OutcomeRecord success = successRecord(attempt, outcome);
            settle(
                    id,
                    parts.givingUp()
                            .recordSuccess(attempt.delivery(), success, name, destination.get())
                            .onSuccess(done -> parts.tally().count(tallyRow, UUID.fromString(id))),
                    attempt.delivery());
            return;
        }
        running.remove(id);
        // Counted before the broker is told: what a crash in between brings back is known and not run again.
        parts.tally().count(tallyRow, UUID.fromString(id));
        if (attempt.delivery().isLive()) {
            attempt.delivery().complete();
        } else {
            dispatcher.settledWithoutBroker(tallyRow, id);
        }
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
                FunctionArn.LATEST);
    }

    private void failed(Attempt attempt, String id, FunctionError error) {
        if (!attempt.delivery().isLive()) {
            running.remove(id); // The broker has it back, and decides by its own count.
            return;
        }
        AsyncInvokeConfig async = definition.async();
        RetryDecision decision = retryPolicy.decide(
                attempt.number(),
                EventMessages.giveUpAt(attempt.delivery().message(), async.maximumEventAge()),
                parts.clock().instant());
        LOGGER.atDebug()
                .addKeyValue(LogKeys.FUNCTION, name)
                .addKeyValue(LogKeys.REQUEST_ID, id)
                .addKeyValue(LogKeys.ATTEMPT, attempt.number())
                .addKeyValue(LogKeys.REASON, error.errorType())
                .log("attempt failed");
        if (decision instanceof RetryDecision.GiveUp giveUp) {
            giveUp(attempt.delivery(), id, giveUp.condition(), attempt.number(), Optional.of(error));
        } else {
            running.remove(id);
            attempt.delivery().retryLater();
        }
    }

    /** More deliveries than attempts: a worker died in the last one. */
    private void giveUpLost(Delivery delivery, String id) {
        int attempts = EventMessages.attempt(delivery.message()) - 1;
        String message = "the worker was lost during attempt " + attempts;
        FunctionError lost = new FunctionError(
                "Runtime.WorkerLost",
                message,
                "",
                ("{\"errorType\":\"Runtime.WorkerLost\",\"errorMessage\":\"" + message + "\"}")
                        .getBytes(StandardCharsets.UTF_8));
        giveUp(delivery, id, GiveUpCondition.RETRIES_EXHAUSTED, attempts, Optional.of(lost));
    }

    private void giveUp(
            Delivery delivery, String id, GiveUpCondition condition, int attempts, Optional<FunctionError> error) {
        FunctionArn arn =
                invocation(delivery.message(), id, InvocationType.EVENT).arn();
        GivingUp.Loss loss = new GivingUp.Loss(arn, id, condition, attempts, error);
        settle(id, parts.givingUp().deadLetter(delivery, loss, definition.async()), delivery);
    }

    private void settle(String id, Future<Void> settled, Delivery delivery) {
        settle(id, settled.onFailure(failure -> {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, name)
                    .addKeyValue(LogKeys.REQUEST_ID, id)
                    .addKeyValue(LogKeys.REASON, failure.getMessage())
                    .log("end of an event not written; the broker will deliver it again");
            delivery.retryLater();
        }));
    }

    private void settle(String id, Future<Void> settled) {
        settled.onComplete(done -> {
            running.remove(id);
            topUp();
        });
    }

    /** The broker found it too old; its dead letter and its failure record are still to be written. */
    private void onExpired(Delivery delivery) {
        String id = EventMessages.id(delivery.message());
        GivingUp.Loss loss = new GivingUp.Loss(
                invocation(delivery.message(), id, InvocationType.EVENT).arn(),
                id,
                GiveUpCondition.EVENT_AGE_EXCEEDED,
                0,
                Optional.empty());
        parts.givingUp()
                .deadLetter(delivery, loss, definition.async())
                .onFailure(refused -> delivery.release())
                .onComplete(done -> expired.grant(1));
    }

    void topUp() {
        credit.topUp(parked.size());
    }

    /** Once a second. */
    void tick() {
        parked.removeIf(delivery -> {
            boolean tooOld = isTooOld(delivery.message());
            if (tooOld) {
                giveUpTooOld(delivery, EventMessages.id(delivery.message()));
            }
            return tooOld;
        });
        credit.tick(parked.size());
    }

    /** Takes nothing new; what runs goes on. */
    Future<Void> stopTaking() {
        calls.stopTaking();
        return credit.stop();
    }

    /** Detaches: the broker has back at once, uncounted, what did not start. */
    Future<Void> close() {
        closed = true;
        parked.clear();
        return Future.join(events.close(), expired.close(), calls.close()).mapEmpty();
    }
}
