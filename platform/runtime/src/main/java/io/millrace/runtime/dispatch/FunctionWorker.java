package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.concurrency.Admission;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.concurrency.Refused;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.core.invocation.ThrottleReason;
import io.millrace.runtime.accounting.AttemptNote;
import io.millrace.runtime.dispatch.KeyedRuns.Run;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.observe.FunctionMeters;
import io.millrace.runtime.trace.AttemptTrace;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.qpid.proton.message.Message;

/**
 * An event's way into one function: delivery, group, version, permit, attempt. What follows is {@link EventSettlement}'s.
 * Event loop only; handlers run elsewhere and come back through the dispatcher's mailbox.
 */
final class FunctionWorker {
    /** Events behind others of their group, or waiting for the store of keys, beside those that wait for a permit. */
    private static final int HELD_ASIDE = 1_000;
    /** How many of those that wait are looked at for one whose version has a permit. */
    private static final int LOOK_AHEAD = 64;

    private static final Duration DELIVERED_AGAIN_WITHIN = Duration.ofSeconds(30);

    private static final Refused NO_ROOM = new Refused(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);

    private final FunctionName name;
    private final Dispatcher dispatcher;
    private final WorkerParts parts;
    private final InboundLink events;
    private final CallWorker calls;
    private final EventCredit credit;
    private final EventSettlement settlement;
    private final int tallyRow;
    private final MessageGroups groups;
    private final FunctionMeters meters;
    private final ArrayDeque<WaitingEvent> parked = new ArrayDeque<>();
    private final ArrayDeque<WaitingEvent> awaitingStore = new ArrayDeque<>();
    private final Map<String, Attempt> running = new HashMap<>();
    private final LoweredAttempts lowered = new LoweredAttempts();
    private DeployedFunction deployed;
    private boolean agesDiffer;
    private long link;
    private final String lineageKey;
    private boolean opened;
    private boolean stopping;
    private boolean closed;

    FunctionWorker(DeployedFunction deployed, Dispatcher dispatcher, WorkerParts parts) {
        this.name = deployed.name();
        this.deployed = deployed;
        this.agesDiffer = !deployed.async().isOneAge();
        this.dispatcher = dispatcher;
        this.parts = parts;
        this.meters = parts.meters().function(name);
        this.calls = new CallWorker(this, parts);
        this.events =
                new InboundLink(parts.connection(), Topology.invokeAddress(name), false, this::onEvent, this::attached);
        this.credit = new EventCredit(events, parts.ledger(), name);
        this.settlement = new EventSettlement(this, dispatcher, parts);
        this.tallyRow = parts.tally().row(name);
        this.groups = new MessageGroups(parts.heldGroups(), tallyRow);
        this.lineageKey = Lineage.key(
                FunctionArn.of(parts.region(), parts.account(), name).toString());
    }

    /** Takes from now on what is in its queues. */
    void open() {
        if (opened) {
            return;
        }
        opened = true;
        events.open();
        settlement.open();
        calls.open();
    }

    private void attached() {
        link = dispatcher.nextLink();
        // What waits came by the old link; the broker delivers it again.
        long longest = parts.clock().millis() + DELIVERED_AGAIN_WITHIN.toMillis();
        takeOutWaiting().forEach(event -> {
            event.note().dropped();
            // One that held its group may have been removed from the queue meanwhile.
            keepGroup(event.message(), event.id(), longest);
        });
        credit.restart();
    }

    private List<WaitingEvent> takeOutWaiting() {
        List<WaitingEvent> waiting = new ArrayList<>(parked);
        parked.clear();
        waiting.addAll(awaitingStore);
        awaitingStore.clear();
        waiting.addAll(groups.removeAll());
        waiting.addAll(parts.quarantine().removeAll(this));
        return waiting;
    }

    /** Events that wait and that arrive from now on run with this. */
    void update(DeployedFunction newlyDeployed) {
        lowered.replaced(deployed.async(), newlyDeployed.async(), parts.clock().instant());
        deployed = newlyDeployed;
        agesDiffer = !newlyDeployed.async().isOneAge();
        while (startOneParked()) {
            // As many as there are permits now.
        }
        topUp();
    }

    FunctionName name() {
        return name;
    }

    DeployedFunction deployed() {
        return deployed;
    }

    int running() {
        return running.size();
    }

    FunctionMeters meters() {
        return meters;
    }

    /** What is known here of the function now. */
    Dispatcher.Reading reading() {
        Stream<Instant> alone = Stream.of(
                        Stream.ofNullable(parked.peek()),
                        Stream.ofNullable(awaitingStore.peek()),
                        parts.quarantine().waiting(this))
                .flatMap(events -> events)
                .flatMap(event -> EventMessages.receivedAt(event.message()).stream());
        Optional<Instant> oldest = Stream.concat(alone, groups.oldest()).min(Comparator.naturalOrder());
        return new Dispatcher.Reading(running(), succeeded(), link, settlement.told(), oldest);
    }

    long succeeded() {
        return settlement.succeeded();
    }

    private void onEvent(Delivery delivery) {
        take(delivery);
        credit.used(held());
    }

    private void take(Delivery delivery) {
        Message event = delivery.message();
        String id = EventMessages.id(event);
        Attempt stillRunning = running.get(id);
        if (stillRunning != null && !stillRunning.delivery().isLive()) {
            stillRunning.adopt(delivery);
            return;
        }
        parts.givenBack().cameBack(id);
        WaitingEvent arrived = WaitingEvent.of(delivery, id, note(event, id));
        if (arrived.note().number() > 1) {
            meters.redelivered();
        }
        if (settlement.wasSettledBefore(id)) {
            delivery.complete();
            settlement.dropPayload(event);
            arrived.note().over();
            leaveGroup(event, id);
        } else if (parts.ledger().isOff(name)) {
            settlement.giveUpSwitchedOff(arrived);
        } else if (isRecursive(event)) {
            settlement.giveUpRecursive(arrived);
        } else if (arrived.note().number() > async(event).maximumAttempts()) {
            giveUpBeyondLast(arrived);
        } else if (isTooOld(event)) {
            settlement.giveUpTooOld(arrived);
        } else if (EventMessages.isLarger(event, parts.largestEvent())) {
            settlement.giveUpTooLarge(arrived);
        } else {
            startOrPark(arrived);
        }
    }

    AttemptNote note(Message event, String id) {
        return parts.notes().arrived(tallyRow, id, EventMessages.attempt(event) - 1);
    }

    /** The config of the qualifier it was published with, as it is now. */
    AsyncInvokeConfig async(Message event) {
        return deployed.async().of(EventMessages.property(event, EventProperties.QUALIFIER));
    }

    private void giveUpBeyondLast(WaitingEvent event) {
        int attempts = event.note().number() - 1;
        if (lowered.tookOneFrom(event.qualifier(), attempts, EventMessages.receivedAt(event.message()))) {
            settlement.giveUpLowered(event, attempts);
        } else {
            settlement.giveUpLost(event, attempts);
        }
    }

    // The broker expires what waits in its queue; what waits here, or came late, is ours to look at.
    private boolean isTooOld(Message event) {
        long now = parts.clock().millis();
        boolean isExpired = event.getExpiryTime() > 0 && event.getExpiryTime() <= now;
        return isExpired || (agesDiffer && giveUpAt(event).toEpochMilli() <= now);
    }

    /** When the event is older than it may become. */
    Instant giveUpAt(Message event) {
        Duration age = async(event).maximumEventAge();
        Instant expiry = EventMessages.giveUpAt(event, age);
        if (!agesDiffer) {
            return expiry;
        }
        // The broker gives what brings no expiry the greatest age of all qualifiers.
        return EventMessages.enteredQueueAt(event)
                .map(entered -> entered.plus(age))
                .filter(expiry::isAfter)
                .orElse(expiry);
    }

    /** Whether the function ran too often in the chain that this belongs to, and may not do so. */
    boolean isRecursive(Message message) {
        Map<String, Object> properties = EventMessages.properties(message);
        Object trace = properties.isEmpty() ? null : properties.get(EventProperties.TRACE);
        return trace != null
                && Lineage.runs(trace.toString(), lineageKey) >= Lineage.MOST_RUNS
                && !parts.mayRecur().test(name);
    }

    private void startOrPark(WaitingEvent event) {
        if (groups.tryEnter(event)) {
            startOrParkInTurn(event);
        } else {
            event.note().held();
        }
    }

    private void startOrParkInTurn(WaitingEvent event) {
        if (event.note().isSuspect()) {
            event.note().held();
            parts.quarantine().add(this, event);
        } else if (!parked.isEmpty() || !tryStart(event)) {
            meters.throttled(InvocationType.EVENT);
            park(event);
        }
    }

    private void park(WaitingEvent event) {
        event.note().held();
        parked.add(event);
        dispatcher.parked(this);
    }

    /** False if there is no permit for it now. */
    private boolean tryStart(WaitingEvent event) {
        Optional<DeployedVersion> version = deployed.resolve(event.qualifier(), event.draw());
        if (version.isEmpty()) {
            failedUnknown(event);
            return true;
        }
        if (parts.quarantine().keepsOut(version.get())) {
            return false;
        }
        Admission admission = admit(version.get(), InvocationType.EVENT);
        if (admission instanceof Permit permit) {
            start(event, version.get(), permit, false);
            return true;
        }
        return false;
    }

    private void failedUnknown(WaitingEvent event) {
        event.note().reported();
        settlement.failed(
                event.delivery(),
                event.id(),
                event.note(),
                unknownVersion(event.message(), InvocationType.EVENT),
                parts.traces().unrun(event.message(), event.id(), name));
    }

    /** The version that a suspect runs in this process; empty if it need not be alone, and is dealt with. */
    Optional<DeployedVersion> versionInThisProcess(WaitingEvent suspect) {
        if (parts.ledger().isOff(name)) {
            settlement.giveUpSwitchedOff(suspect);
            return Optional.empty();
        }
        if (isTooOld(suspect.message())) {
            settlement.giveUpTooOld(suspect);
            return Optional.empty();
        }
        Optional<DeployedVersion> version = deployed.resolve(suspect.qualifier(), suspect.draw());
        if (version.isEmpty()) {
            failedUnknown(suspect);
        } else if (!version.get().environments().inThisProcess()) {
            park(suspect);
            return Optional.empty();
        }
        return version;
    }

    /** A permit, if the function and this machine have room for one more. */
    Admission admit(DeployedVersion version, InvocationType type) {
        if (!version.environments().hasRoom(type)) {
            return NO_ROOM;
        }
        return parts.ledger().admit(name, version.version(), type);
    }

    /** @param alone whether nothing else runs in this process */
    Attempt start(WaitingEvent event, DeployedVersion version, Permit permit, boolean alone) {
        Attempt attempt = attempt(event, version, permit);
        try {
            running.put(event.id(), attempt);
            noteStart(attempt, alone);
            noteAge(event.message());
            Optional<KeySource> key = KeySource.of(event.message(), version);
            if (key.isPresent()) {
                startKeyed(attempt, key.get());
            } else {
                version.environments()
                        .run(
                                attempt.invocation(),
                                capacity(permit),
                                parts.watchers().callerOf(attempt),
                                outcome -> dispatcher.ended(attempt, outcome));
            }
            return attempt;
        } catch (RuntimeException notStarted) {
            running.remove(event.id());
            noteEnd(attempt);
            permit.close();
            throw notStarted;
        }
    }

    private void startKeyed(Attempt attempt, KeySource key) {
        parts.keyed()
                .start(
                        new Run(
                                attempt.version(),
                                attempt.invocation(),
                                capacity(attempt.permit()),
                                parts.watchers().callerOf(attempt),
                                () -> dispatcher.handlerEnded(this, attempt.permit()),
                                end -> ended(attempt, end)),
                        key);
    }

    /** From any thread. */
    private void ended(Attempt attempt, KeyedEnd end) {
        if (end instanceof KeyedEnd.Ran ran) {
            dispatcher.ended(attempt, ran.outcome());
        } else if (end instanceof KeyedEnd.Replayed replayed) {
            dispatcher.replayed(attempt, new Outcome.Succeeded(replayed.result().payload()));
        } else if (end instanceof KeyedEnd.NotRun why) {
            dispatcher.notRun(attempt, why);
        }
    }

    /** Its key let it not run. It waits, here or at the broker, and has spent no attempt; or it is given up. */
    void notRun(Attempt attempt, KeyedEnd.NotRun why) {
        attempt.permit().close();
        if (attempt.inThisProcess()) {
            parts.quarantine().ended(attempt);
        }
        String id = attempt.invocation().id();
        if (closed) {
            running.remove(id);
            return;
        }
        WaitingEvent event = WaitingEvent.of(attempt.delivery(), id, attempt.note());
        if (why == KeyedEnd.NotRun.KEY_REUSED && attempt.delivery().isLive()) {
            settlement.giveUpKeyReused(event);
            return;
        }
        if (why == KeyedEnd.NotRun.KEY_MISSING && attempt.delivery().isLive()) {
            settlement.giveUpKeyMissing(event);
            return;
        }
        running.remove(id);
        if (why == KeyedEnd.NotRun.STORE_AWAY && attempt.delivery().isLive()) {
            attempt.note().held();
            awaitingStore.add(event);
        } else if (why == KeyedEnd.NotRun.NO_ROOM && attempt.delivery().isLive()) {
            park(event);
        } else {
            settlement.giveBack(event, why);
        }
    }

    /** One at a time while the store is away: the next to ask it whether it is back. */
    private void askStoreAgain() {
        int many = parts.keyed().isStoreAway() ? Math.min(1, awaitingStore.size()) : awaitingStore.size();
        for (int i = 0; i < many; i++) {
            startOrParkInTurn(awaitingStore.remove());
        }
    }

    private Attempt attempt(WaitingEvent event, DeployedVersion version, Permit permit) {
        try {
            Invocation invocation = invocation(event.message(), event.id(), InvocationType.EVENT);
            AttemptTrace trace = parts.traces()
                    .event(
                            event.message(),
                            invocation,
                            version.version(),
                            event.note().number(),
                            permit.isProvisioned());
            return new Attempt(this, trace.seen(invocation), version, permit, event.delivery(), event.note(), trace);
        } catch (RuntimeException unreadable) {
            permit.close();
            throw unreadable;
        }
    }

    // Before anything of the handler runs.
    private void noteStart(Attempt attempt, boolean alone) {
        if (!attempt.inThisProcess()) {
            attempt.note().elsewhere();
            return;
        }
        parts.quarantine().started();
        if (alone) {
            attempt.note().alone();
        } else {
            attempt.note().running();
        }
    }

    private void noteAge(Message event) {
        if (meters.isOn()) {
            EventMessages.receivedAt(event)
                    .ifPresent(received -> meters.eventStarts(parts.clock().millis() - received.toEpochMilli()));
        }
    }

    private void noteEnd(Attempt attempt) {
        attempt.note().reported();
        if (attempt.inThisProcess()) {
            parts.quarantine().ended(attempt);
        }
    }

    private static Capacity capacity(Permit permit) {
        return permit.isProvisioned() ? Capacity.PROVISIONED : Capacity.ON_DEMAND;
    }

    /** Runs a call that somebody waits for, as soon as no suspect has to be alone. */
    void run(Message call, DeployedVersion version, Permit permit) {
        dispatcher.callStarted();
        if (parts.quarantine().keepsOut(version)) {
            parts.quarantine().whenOpen(() -> runUnlessLate(call, version, permit));
        } else {
            runNow(call, version, permit);
        }
    }

    private void runUnlessLate(Message call, DeployedVersion version, Permit permit) {
        if (closed || calls.isLate(call)) {
            permit.close();
            dispatcher.callDropped();
        } else {
            runNow(call, version, permit);
        }
    }

    private void runNow(Message call, DeployedVersion version, Permit permit) {
        String replyTo = call.getReplyTo();
        Object callId = call.getMessageId();
        Invocation came = invocation(call, String.valueOf(callId), InvocationType.REQUEST_RESPONSE);
        AttemptTrace trace = parts.traces().call(call, came, version.version(), permit.isProvisioned());
        Invocation invocation = trace.seen(came);
        if (version.environments().inThisProcess()) {
            parts.quarantine().started();
        }
        Optional<KeySource> key = WaitingCaller.isStreamed(call) ? Optional.empty() : KeySource.ofCall(call, version);
        Runnable handlerEnded = () -> dispatcher.handlerEnded(this, permit);
        if (WaitingCaller.wantsMore(call)) {
            WaitingCaller caller = WaitingCaller.of(call, version.version(), parts.streams());
            Run run = new Run(version, invocation, capacity(permit), trace.with(caller), handlerEnded, end -> {
                dispatcher.callEnded(this, version, permit, replyTo, caller.reply(end));
                traced(trace, end);
            });
            runFor(caller, run, key);
            return;
        }
        if (key.isPresent()) {
            parts.keyed()
                    .start(
                            new Run(version, invocation, capacity(permit), trace, handlerEnded, end -> {
                                Message reply = CallReply.of(callId, end, version.version());
                                dispatcher.callEnded(this, version, permit, replyTo, reply);
                                traced(trace, end);
                            }),
                            key.get());
            return;
        }
        version.environments().run(invocation, capacity(permit), trace, outcome -> {
            dispatcher.callEnded(this, version, permit, replyTo, CallReply.of(callId, outcome, version.version()));
            trace.ended(outcome);
        });
    }

    private static void traced(AttemptTrace trace, KeyedEnd end) {
        if (end instanceof KeyedEnd.Ran ran) {
            trace.ended(ran.outcome());
        } else if (end instanceof KeyedEnd.Replayed) {
            trace.replayed();
        }
    }

    /** For a caller who wants more than the outcome. */
    private void runFor(WaitingCaller caller, Run run, Optional<KeySource> key) {
        try {
            if (key.isPresent()) {
                parts.keyed().start(run, key.get());
            } else {
                run.version()
                        .environments()
                        .run(run.invocation(), run.capacity(), run.caller(), outcome -> run.whenEnded()
                                .accept(new KeyedEnd.Ran(outcome)));
            }
        } catch (RuntimeException notStarted) {
            caller.dismiss();
            throw notStarted;
        }
    }

    Invocation invocation(Message message, String id, InvocationType type) {
        Map<String, Object> properties = EventMessages.properties(message);
        FunctionArn arn = FunctionArn.of(parts.region(), parts.account(), name);
        if (properties.isEmpty()) {
            return new Invocation(id, arn, type, EventMessages.payload(message), Optional.empty(), Map.of());
        }
        return new Invocation(
                id,
                EventMessages.property(message, EventProperties.QUALIFIER)
                        .map(arn::withQualifier)
                        .orElse(arn),
                type,
                EventMessages.payload(message),
                EventMessages.property(message, EventProperties.CLIENT_CONTEXT),
                attributes(message, properties));
    }

    private Map<String, String> attributes(Message message, Map<String, Object> properties) {
        Object trace = properties.get(EventProperties.TRACE);
        Optional<StoredPayload> stored = EventMessages.storedPayload(message);
        if (stored.isEmpty()) {
            return trace == null ? Map.of() : Map.of(EventProperties.TRACE, trace.toString());
        }
        Map<String, String> attributes = new HashMap<>();
        attributes.put(Invocation.PAYLOAD, stored.get().text());
        attributes.put(
                Invocation.PAYLOAD_PLACE, parts.payloads().where(stored.get()).toString());
        if (trace != null) {
            attributes.put(EventProperties.TRACE, trace.toString());
        }
        return attributes;
    }

    /** The version or alias is gone since the event was accepted; it may come back before the last attempt. */
    FunctionError unknownVersion(Message message, InvocationType type) {
        String arn = invocation(message, EventMessages.id(message), type).arn().toString();
        return PlatformErrors.of("ResourceNotFoundException", "Function not found: " + arn);
    }

    /** Starts, or gives up, one that waits; false if there is no permit for any. */
    boolean startOneParked() {
        WaitingEvent head = parked.peek();
        if (head == null) {
            return false;
        }
        if (parts.ledger().isOff(name)) {
            parked.remove();
            settlement.giveUpSwitchedOff(head);
            return true;
        }
        if (isTooOld(head.message())) {
            parked.remove();
            settlement.giveUpTooOld(head);
            return true;
        }
        if (tryStart(head)) {
            parked.remove(head);
            return true;
        }
        return !deployed.isOneVersion() && startOneOfAnotherVersion();
    }

    /** The first in the queue must not hold up others whose own version has permits. */
    private boolean startOneOfAnotherVersion() {
        Set<DeployedVersion> exhausted = new HashSet<>();
        int looked = 0;
        for (Iterator<WaitingEvent> each = parked.iterator(); each.hasNext() && looked < LOOK_AHEAD; looked++) {
            WaitingEvent event = each.next();
            Optional<DeployedVersion> version = deployed.resolve(event.qualifier(), event.draw());
            if (version.isEmpty() || exhausted.add(version.get())) {
                if (looked > 0 && tryStart(event)) {
                    parked.remove(event);
                    return true;
                }
            }
        }
        return false;
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    /** The end of an attempt at an event. */
    void ended(Attempt attempt, Outcome outcome) {
        attempt.permit().close();
        noteEnd(attempt);
        if (!closed) { // Otherwise its event went back to the broker, and its counts may be another function's now.
            settlement.settle(attempt, outcome);
        }
    }

    /** The event does not run any more, here. */
    void notRunning(String id) {
        running.remove(id);
    }

    /** The event is over: the next of its group may run. */
    void leaveGroup(Message event, String id) {
        groups.leave(event.getGroupId(), id).ifPresent(this::startOrParkInTurn);
    }

    /** The broker delivers the event again before {@code untilMillis}; until then its group waits. */
    void keepGroup(Message event, String id, long untilMillis) {
        groups.expectBack(event.getGroupId(), id, untilMillis);
    }

    void topUp() {
        credit.topUp(held());
    }

    // Those behind others of their group, or who wait for the store of keys, hold up nobody else, as long as they are
    // not
    // too many.
    private int held() {
        return parked.size() + Math.max(0, groups.waiting() + awaitingStore.size() - HELD_ASIDE);
    }

    /** Once a second. */
    void tick() {
        if (!opened) {
            return; // Who holds a group since an earlier run of the server has not had a chance yet to come back.
        }
        parked.removeIf(this::isGivenUpTooOld);
        awaitingStore.removeIf(this::isGivenUpTooOld);
        if (!stopping) {
            askStoreAgain();
        }
        groups.remove(event -> isTooOld(event.message())).forEach(settlement::giveUpTooOld);
        groups.overdue(parts.clock().millis()).forEach(this::startOrParkInTurn);
        credit.tick(held());
    }

    private boolean isGivenUpTooOld(WaitingEvent event) {
        boolean tooOld = isTooOld(event.message());
        if (tooOld) {
            settlement.giveUpTooOld(event);
        }
        return tooOld;
    }

    /** What it has, and what that waits for, for who asks why. */
    WorkerState look() {
        Obstacles obstacles = new Obstacles(deployed, parts);
        Map<String, Wait> waits = new LinkedHashMap<>();
        parked.forEach(event -> waits.put(event.id(), obstacles.of(deployed.resolve(event.qualifier(), event.draw()))));
        awaitingStore.forEach(event -> waits.put(event.id(), Obstacles.STORE_AWAY));
        return new WorkerState(
                opened && !closed,
                Set.copyOf(running.keySet()),
                waits,
                obstacles.of(Optional.of(deployed.latest())),
                groups.look(),
                parts.quarantine().suspects(this),
                deployed.async());
    }

    /** Takes nothing new; what runs goes on. */
    Future<Void> stopTaking() {
        stopping = true;
        calls.stopTaking();
        return credit.stop();
    }

    /** Detaches: the broker has back at once, uncounted, what did not start. */
    Future<Void> close() {
        closed = true;
        takeOutWaiting().forEach(event -> event.note().returned());
        running.values().forEach(attempt -> attempt.note().returned());
        return Future.join(events.close(), settlement.close(), calls.close()).mapEmpty();
    }
}
