package io.millrace.runtime.relay;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the messages of one queue on to one target. Each leaves the queue in the same broker transaction in which its
 * target, or the dead-letter queue, gets it. Event loop only.
 */
final class Relay {
    private static final Logger LOGGER = LoggerFactory.getLogger(Relay.class);
    /** On their way at once: enough to share the broker's writes, little enough to keep in memory. */
    private static final int MOST_AT_ONCE = 32;

    private final Transactions transactions;
    private final Targets targets;
    private final InstantSource clock;
    private final InboundLink link;
    private RelayPlan plan;
    private int running;
    private Optional<Promise<Void>> stopping = Optional.empty();

    Relay(
            BrokerConnection connection,
            Transactions transactions,
            RelayPlan plan,
            Targets targets,
            InstantSource clock) {
        this.transactions = transactions;
        this.plan = plan;
        this.targets = targets;
        this.clock = clock;
        this.link = new InboundLink(
                connection, Topology.queueOf(plan.address(), plan.queue()), false, this::onMessage, this::topUp);
    }

    /**
     * What is known of targets without the broker.
     *
     * @param mayExist whether there is any use in trying
     * @param isUnknown whether what the broker refused was sent to nobody
     * @param wake told whenever something is about to be in a function's queue
     */
    record Targets(Predicate<RelayTarget> mayExist, Predicate<RelayTarget> isUnknown, Consumer<FunctionName> wake) {}

    void start() {
        link.open();
    }

    /** From the next message on. */
    void follow(RelayPlan newPlan) {
        plan = newPlan;
    }

    /** Takes nothing more; succeeds when what is under way has ended. */
    Future<Void> stop() {
        Promise<Void> stopped = stopping.orElseGet(Promise::promise);
        if (stopping.isEmpty()) {
            stopping = Optional.of(stopped);
            link.drainCredit();
            closeIfIdle();
        }
        return stopped.future();
    }

    private void closeIfIdle() {
        stopping.filter(ending -> running == 0)
                .ifPresent(ending -> link.close().onComplete(closed -> ending.tryComplete()));
    }

    private void topUp() {
        if (stopping.isEmpty()) {
            link.grant(MOST_AT_ONCE - running - link.credit());
        }
    }

    private void onMessage(Delivery delivery) {
        try {
            forward(delivery);
        } finally {
            topUp(); // Also after a message that was not understood: its credit is used up.
        }
    }

    private void forward(Delivery delivery) {
        if (stopping.isPresent()) {
            return; // It goes back with the link.
        }
        Passage passage = pass(delivery.message());
        if (passage instanceof Passage.Wanted wanted) {
            send(delivery, wanted);
        } else if (passage instanceof Passage.Unusable unusable) {
            giveUp(delivery, unusable.original(), new DeliveryFailure(unusable.code(), unusable.reason()), "");
        } else {
            delivery.complete();
        }
    }

    /** Strangers send what they like: what no route foresaw would come again for ever. */
    private Passage pass(Message message) {
        try {
            return plan.route().pass(message);
        } catch (RuntimeException notUnderstood) {
            Passage.Wanted original = new Passage.Wanted(
                    EventMessages.payload(message),
                    Optional.ofNullable(message.getContentType()).orElse("application/octet-stream"),
                    Optional.ofNullable(message.getSubject()),
                    Map.of());
            return new Passage.Unusable(
                    original, "INVALID_PARAMETER", "The message was not understood: " + notUnderstood.getMessage());
        }
    }

    private void send(Delivery delivery, Passage.Wanted wanted) {
        if (!targets.mayExist().test(plan.target())) {
            failed(delivery, wanted, DeliveryFailure.missing(plan.target()));
            return;
        }
        RelayPlan current = plan;
        current.target().function().ifPresent(arn -> targets.wake().accept(arn.function()));
        complete(
                delivery,
                List.of(RelayMessages.to(current, delivery.message(), wanted)),
                refused -> failed(delivery, wanted, failure(current.target(), refused)));
    }

    private DeliveryFailure failure(RelayTarget target, Throwable refused) {
        return targets.isUnknown().test(target)
                ? DeliveryFailure.missing(target)
                : DeliveryFailure.refused(String.valueOf(refused.getMessage()));
    }

    /** What fails in another way than by a refusal is with the broker again, or done. */
    private void complete(Delivery delivery, List<Message> messages, Consumer<Throwable> onRefusal) {
        running++;
        transactions.completeAndSend(delivery, messages).onComplete(done -> {
            running--;
            ended(done, onRefusal);
            topUp();
            closeIfIdle();
        });
    }

    private static void ended(AsyncResult<Void> done, Consumer<Throwable> onRefusal) {
        if (done.failed() && done.cause() instanceof BrokerRefusedException refused) {
            onRefusal.accept(refused);
        }
    }

    private void failed(Delivery delivery, Passage.Wanted wanted, DeliveryFailure failure) {
        Message message = delivery.message();
        Instant now = clock.instant();
        Instant received = EventMessages.receivedAt(message).orElse(now);
        Optional<String> exhausted = plan.retries().exhausted(failure, EventMessages.attempt(message), received, now);
        if (exhausted.isPresent()) {
            giveUp(delivery, wanted, failure, exhausted.get());
            return;
        }
        LOGGER.atDebug()
                .addKeyValue(LogKeys.SOURCE, plan.queue())
                .addKeyValue(LogKeys.DESTINATION, plan.target().arn())
                .addKeyValue(LogKeys.ATTEMPT, EventMessages.attempt(message))
                .addKeyValue(LogKeys.REASON, failure.message())
                .log("message not taken by its target");
        delivery.retryLater();
    }

    private void giveUp(Delivery delivery, Passage.Wanted wanted, DeliveryFailure failure, String exhausted) {
        Optional<RelayTarget> deadLetters = plan.deadLetters();
        if (deadLetters.isEmpty()) {
            warn(delivery, failure, "message given up");
            delivery.complete();
            return;
        }
        Message letter =
                RelayMessages.deadLetter(plan, deadLetters.get(), delivery.message(), wanted, failure, exhausted);
        complete(delivery, List.of(letter), refused -> {
            // A queue that does not exist, say. Waiting for it would fill the address for all others.
            warn(
                    delivery,
                    DeliveryFailure.refused(String.valueOf(refused.getMessage())),
                    "message given up; its dead-letter queue refused it");
            delivery.complete();
        });
    }

    private void warn(Delivery delivery, DeliveryFailure failure, String text) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.SOURCE, plan.queue())
                .addKeyValue(LogKeys.ORIGIN, plan.origin())
                .addKeyValue(LogKeys.MESSAGE, EventMessages.id(delivery.message()))
                .addKeyValue(LogKeys.DESTINATION, plan.target().arn())
                .addKeyValue(LogKeys.REASON, failure.code() + ": " + failure.message())
                .log(text);
    }
}
