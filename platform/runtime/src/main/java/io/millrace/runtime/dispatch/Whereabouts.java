package io.millrace.runtime.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.millrace.core.retry.RetryPolicy;
import io.millrace.runtime.dispatch.EventPlace.Place;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;

/**
 * Where events are and what they wait for, from what their worker has and, for the rest, from the broker's queues, of
 * which it looks at a bounded part. It changes nothing. Thread-safe; never blocks.
 */
public final class Whereabouts {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Messages of one queue that are looked at for one event. */
    private static final int MOST_BROWSED = 10_000;
    /** The broker lists all that are delayed in one answer, so not when there are more. */
    private static final int MOST_LISTED = 10_000;

    private static final int MOST_GROUPS = 20;

    /** How publishers want an event later: by Core and STOMP, and by AMQP. */
    private static final List<String> WANTED_AT = List.of("_AMQ_SCHED_DELIVERY", "x-opt-delivery-time");

    private static final String WANTED_AFTER = "x-opt-delivery-delay";
    private static final Wait QUEUE_FULL = Wait.of(
            WaitReason.BROKER_FULL,
            0,
            "its queue has as many bytes as it may have: the broker takes no further events");
    private static final Wait DISK_FULL =
            Wait.of(WaitReason.BROKER_FULL, 0, "the broker's disk has too little room: it takes no further events");

    private static final int LONGEST_TRY_SECONDS = 2;
    private static final Duration COMES_BACK_WITHIN = Duration.ofSeconds(30);

    private final Dispatcher dispatcher;
    private final BrokerConnection managing;
    private final BrokerManagement management;
    private final Transactions transactions;
    private final RecentFailures failures;

    /** @param managing a connection that long questions may hold up */
    public Whereabouts(Dispatcher dispatcher, BrokerConnection managing, RecentFailures failures) {
        this.dispatcher = dispatcher;
        this.managing = managing;
        this.management = new BrokerManagement(managing);
        this.transactions = new Transactions(managing);
        this.failures = failures;
    }

    /** What the broker says of a function's queue; nothing where it has none. */
    private record Queue(long ready, long scheduled, int consumers, boolean isPaused, Optional<Wait> full) {}

    /** Fails with BrokerUnavailableException when the broker cannot be asked. */
    public Future<FunctionWaits> of(FunctionName function) {
        return queue(function).compose(queue -> dispatcher.look(function).map(worker -> waits(queue, worker)));
    }

    private Future<Queue> queue(FunctionName function) {
        String name = Topology.invokeAddress(function);
        return management.findQueue(name).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(new Queue(0, 0, 0, false, Optional.empty()));
            }
            QueueState state = found.get();
            long ready = Math.max(0, state.messages() - state.scheduled() - state.delivering());
            return management.attribute("queue." + name, "Paused").compose(paused -> full(function)
                    .map(full -> new Queue(ready, state.scheduled(), state.consumers(), paused.asBoolean(), full)));
        });
    }

    /** By trying: the broker does not tell what publishers meet. What has no room anywhere has none on the disk. */
    private Future<Optional<Wait>> full(FunctionName function) {
        return takesNoMore(Topology.invokeAddress(function))
                .compose(full -> full
                        ? takesNoMore(Topology.deadLetterAddress(function))
                                .map(everywhere -> Optional.of(everywhere ? DISK_FULL : QUEUE_FULL))
                        : Future.succeededFuture(Optional.empty()));
    }

    private Future<Boolean> takesNoMore(String address) {
        Promise<Void> tried = Promise.promise();
        managing.run(() -> transactions.tryOut(probe(address)).onComplete(tried));
        // While its disk has too little room, a broker lets some wait instead of refusing them.
        return tried.future()
                .timeout(LONGEST_TRY_SECONDS, TimeUnit.SECONDS)
                .map(taken -> false)
                .otherwise(failure -> isFull(failure) || failure instanceof TimeoutException);
    }

    private static boolean isFull(Throwable failure) {
        return failure instanceof BrokerRefusedException refused && refused.isFull();
    }

    /** Of no event: nobody will see it. */
    private static Message probe(String address) {
        Message probe = Message.Factory.create();
        probe.setAddress(address);
        probe.setBody(new AmqpValue("does the broker take events?"));
        return probe;
    }

    private FunctionWaits waits(Queue queue, Optional<WorkerState> worker) {
        List<Wait> waits = new ArrayList<>();
        queue.full().ifPresent(waits::add);
        Map<WaitReason, Wait> byReason = new LinkedHashMap<>();
        worker.ifPresent(state -> {
            state.parked().values().forEach(wait -> add(byReason, wait, 1));
            if (!state.suspects().isEmpty()) {
                add(byReason, suspect(), state.suspects().size());
            }
        });
        Wait atBroker = atBroker(queue, worker);
        if (queue.ready() > 0 || atBroker.reason() != WaitReason.NEXT) {
            add(byReason, atBroker, queue.ready());
        }
        waits.addAll(byReason.values());
        List<MessageGroups.Behind> behind = worker.map(WorkerState::behind).orElse(List.of());
        waits.addAll(groups(behind));
        if (queue.scheduled() > 0) {
            waits.add(Wait.of(WaitReason.DELAYED, queue.scheduled(), "their time has not come"));
        }
        long held = worker.map(state -> state.parked().size() + state.suspects().size())
                .orElse(0);
        return new FunctionWaits(
                queue.ready() + held + behind.size(),
                queue.scheduled(),
                worker.map(state -> state.running().size()).orElse(0),
                List.copyOf(waits));
    }

    private static void add(Map<WaitReason, Wait> byReason, Wait wait, long events) {
        byReason.merge(
                wait.reason(),
                new Wait(wait.reason(), events, wait.detail(), wait.until(), wait.heldBy()),
                (known, added) -> new Wait(
                        known.reason(),
                        known.events() + added.events(),
                        known.detail(),
                        known.until(),
                        known.heldBy()));
    }

    private static List<Wait> groups(List<MessageGroups.Behind> behind) {
        Map<String, Wait> groups = new LinkedHashMap<>();
        behind.forEach(event -> {
            if (groups.size() < MOST_GROUPS || groups.containsKey(event.group())) {
                groups.merge(
                        event.group(),
                        locked(event),
                        (known, added) -> new Wait(
                                known.reason(), known.events() + 1, known.detail(), known.until(), known.heldBy()));
            }
        });
        return List.copyOf(groups.values());
    }

    private static Wait locked(MessageGroups.Behind event) {
        String what = event.untilMillis().isPresent() ? ", which is to run again" : ", which is before it";
        return new Wait(
                WaitReason.GROUP_LOCKED,
                1,
                "message group '" + event.group() + "' is held by event " + event.holder() + what,
                event.untilMillis().isPresent()
                        ? Optional.of(Instant.ofEpochMilli(event.untilMillis().getAsLong()))
                        : Optional.empty(),
                Optional.of(event.holder()));
    }

    private static Wait suspect() {
        return Wait.of(
                WaitReason.QUARANTINE,
                1,
                "it ran when the server was lost; it runs alone, as soon as nothing else does");
    }

    /** What those wait for that nobody has taken from the queue. */
    private static Wait atBroker(Queue queue, Optional<WorkerState> worker) {
        if (worker.isEmpty() || !worker.get().isOpen() || queue.consumers() == 0) {
            return Wait.of(WaitReason.NO_WORKER, 0, "nobody takes events from the queue");
        }
        if (queue.isPaused()) {
            return Wait.of(WaitReason.QUEUE_PAUSED, 0, "the queue is paused at the broker");
        }
        return worker.get().parked().values().stream()
                .findFirst()
                .orElse(worker.get().next());
    }

    /**
     * Fails with BrokerUnavailableException when the broker cannot be asked.
     *
     * @param id the request id
     */
    public Future<EventPlace> of(FunctionName function, String id) {
        return dispatcher.look(function, id).compose(seen -> place(seen, id)
                .map(Future::succeededFuture)
                .orElseGet(() -> atBroker(function, id, seen.keyInUseUntil())));
    }

    private static Optional<EventPlace> place(Dispatcher.Look seen, String id) {
        return seen.worker().flatMap(state -> place(state, id));
    }

    private static Optional<EventPlace> place(WorkerState state, String id) {
        if (state.running().contains(id)) {
            return Optional.of(new EventPlace(Place.RUNNING, "it runs", Optional.empty()));
        }
        Wait parked = state.parked().get(id);
        if (parked != null) {
            return Optional.of(EventPlace.waiting(parked.forOne()));
        }
        if (state.suspects().contains(id)) {
            return Optional.of(EventPlace.waiting(suspect()));
        }
        return state.behind().stream()
                .filter(event -> event.id().equals(id))
                .findFirst()
                .map(event -> EventPlace.waiting(locked(event)));
    }

    private Future<EventPlace> atBroker(FunctionName function, String id, Optional<Instant> keyInUse) {
        return queue(function).compose(queue -> delayed(function, id, queue, keyInUse)
                .compose(delayed -> delayed.isPresent()
                        ? Future.succeededFuture(EventPlace.waiting(delayed.get()))
                        : inQueues(function, id, queue)));
    }

    private Future<Optional<Wait>> delayed(FunctionName function, String id, Queue queue, Optional<Instant> keyInUse) {
        if (queue.scheduled() == 0 || queue.scheduled() > MOST_LISTED) {
            return Future.succeededFuture(Optional.empty());
        }
        return management
                .operation("queue." + Topology.invokeAddress(function), "listScheduledMessagesAsJSON")
                .compose(answer -> scheduled(parse(answer.asText()), id)
                        .map(message -> keyInUse.filter(until -> isRecent(until, Instant.now()))
                                .map(until -> Future.succeededFuture(keyInUse(until)))
                                .orElseGet(() -> due(function, id, message))
                                .map(Optional::of))
                        .orElse(Future.succeededFuture(Optional.empty())));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new IllegalStateException("the broker listed messages as what is no JSON", notJson);
        }
    }

    private static Optional<JsonNode> scheduled(JsonNode messages, String id) {
        for (JsonNode message : messages) {
            for (JsonNode value : message) {
                if (value.isTextual() && value.textValue().endsWith(id)) {
                    return Optional.of(message);
                }
            }
        }
        return Optional.empty();
    }

    private Future<Wait> due(FunctionName function, String id, JsonNode message) {
        Optional<RecentFailures.Failure> failure = failures.of(id);
        if (failure.isPresent()) {
            return dispatcher.look(function).map(worker -> retry(failure.get(), worker.map(WorkerState::async)));
        }
        Optional<Instant> wanted = wanted(message).filter(Instant.now()::isBefore);
        return Future.succeededFuture(new Wait(
                WaitReason.DELAYED,
                1,
                wanted.isPresent() ? "its publisher wanted it delivered later" : "it failed before and is to run again",
                wanted,
                Optional.empty()));
    }

    private static Wait keyInUse(Instant until) {
        return new Wait(
                WaitReason.KEY_IN_USE,
                1,
                "another invocation runs under its idempotency key; it is to be tried again, and has spent no attempt",
                Optional.of(until),
                Optional.empty());
    }

    /** When the publisher wanted it delivered, which may be over. */
    private static Optional<Instant> wanted(JsonNode message) {
        for (String name : WANTED_AT) {
            if (message.path(name).canConvertToLong()) {
                return Optional.of(Instant.ofEpochMilli(message.path(name).asLong()));
            }
        }
        return message.path(WANTED_AFTER).canConvertToLong()
                ? Optional.of(Instant.ofEpochMilli(message.path("timestamp").asLong()
                        + message.path(WANTED_AFTER).asLong()))
                : Optional.empty();
    }

    private static Wait retry(RecentFailures.Failure failure, Optional<AsyncInvokeConfigs> async) {
        Optional<Duration> delay =
                async.map(configs -> new RetryPolicy(configs.widest()).delayAfter(failure.attempts()));
        return new Wait(
                WaitReason.DELAYED,
                1,
                "attempt " + failure.attempts() + " failed at " + failure.at() + ", and it is to run again",
                delay.map(failure.at()::plus),
                Optional.empty());
    }

    private Future<EventPlace> inQueues(FunctionName function, String id, Queue queue) {
        return position(Topology.invokeAddress(function), id).compose(position -> {
            if (position.isPresent()) {
                return dispatcher.look(function).map(worker -> behind(position.getAsInt(), atBroker(queue, worker)));
            }
            return position(Topology.deadLetterAddress(function), id)
                    .compose(dead -> dead.isPresent()
                            ? Future.succeededFuture(new EventPlace(
                                    Place.DEAD_LETTERED, "it is among the function's dead letters", Optional.empty()))
                            : again(function, id, queue));
        });
    }

    private static EventPlace behind(int position, Wait wait) {
        String detail = (position == 0 ? "first in the queue; " : "behind " + position + " others in the queue; ")
                + wait.detail();
        return EventPlace.waiting(new Wait(wait.reason(), 1, detail, wait.until(), wait.heldBy()));
    }

    /** Meanwhile the worker may have got it; or it has had it all the time, until it gives it back. */
    private Future<EventPlace> again(FunctionName function, String id, Queue queue) {
        return dispatcher
                .look(function, id)
                .map(seen -> place(seen, id).or(() -> heldForItsKey(seen)).orElseGet(() -> {
                    boolean isPartial = queue.scheduled() > MOST_LISTED || queue.ready() > MOST_BROWSED;
                    return new EventPlace(
                            Place.NOT_FOUND,
                            isPartial
                                    ? "not found among the first " + MOST_BROWSED + " events, and " + queue.scheduled()
                                            + " delayed ones were not all looked at"
                                    : "not found: it is not waiting; it has ended, or was never accepted",
                            Optional.empty());
                }));
    }

    /** What is older may be of an earlier try; the event may wait for something else by now. */
    static boolean isRecent(Instant keyInUseUntil, Instant now) {
        return keyInUseUntil.plus(COMES_BACK_WITHIN).isAfter(now);
    }

    // An event that somebody removed from the queue does not come back; nobody tells.
    private static Optional<EventPlace> heldForItsKey(Dispatcher.Look seen) {
        return seen.keyInUseUntil()
                .filter(until -> isRecent(until, Instant.now()))
                .map(until -> EventPlace.waiting(keyInUse(until)));
    }

    /** How many stand before it in a queue; empty if it is not among those that are looked at. */
    private Future<OptionalInt> position(String queue, String id) {
        QueueBrowser browser = new QueueBrowser(dispatcher.connection(), queue);
        return position(browser, id, 0)
                // Of a function that is only just being created.
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? Future.succeededFuture(OptionalInt.empty())
                        : Future.failedFuture(failure))
                .onComplete(done -> browser.close());
    }

    private static Future<OptionalInt> position(QueueBrowser browser, String id, int before) {
        return browser.next().compose(page -> {
            int at = before;
            for (Message message : page) {
                if (EventMessages.id(message).equals(id)) {
                    return Future.succeededFuture(OptionalInt.of(at));
                }
                at++;
            }
            return page.isEmpty() || at >= MOST_BROWSED
                    ? Future.succeededFuture(OptionalInt.empty())
                    : position(browser, id, at);
        });
    }
}
