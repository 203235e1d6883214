package io.millrace.runtime.schedule;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.Transactions;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is due, or gives it up: in one transaction of the broker the token ends, the event or its dead letter goes
 * out, and the next token is written. Event loop of the connection only.
 */
final class DueEvents {
    private static final Logger LOGGER = LoggerFactory.getLogger(DueEvents.class);

    private final Transactions transactions;
    private final Targets targets;
    private final InstantSource clock;
    /** Execution ids whose event the broker has, as it said when it was sent again. */
    private final Set<String> known = new HashSet<>();

    DueEvents(BrokerConnection connection, Targets targets, InstantSource clock) {
        this.transactions = new Transactions(connection);
        this.targets = targets;
        this.clock = clock;
    }

    /** @param delivery of the token; not settled where this fails */
    Future<Void> happen(Occasion occasion, Message nextToken, Delivery delivery) {
        if (known.remove(occasion.executionId())) {
            return transactions.completeAndSend(delivery, List.of(nextToken));
        }
        Optional<FunctionArn> function = occasion.function();
        if (function.isPresent() && !targets.exists().test(function.get())) {
            return giveUp(
                    occasion,
                    nextToken,
                    delivery,
                    "ResourceNotFoundException",
                    "Function not found: " + function.get(),
                    "");
        }
        function.ifPresent(arn -> targets.wake().accept(arn.function()));
        Message event = function.map(
                        arn -> occasion.event(arn, targets.maximumAge().apply(arn)))
                .orElseGet(occasion::queueMessage);
        return transactions
                .completeAndSend(delivery, List.of(event, nextToken))
                .onFailure(failure -> learn(occasion, failure))
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? refused(occasion, nextToken, delivery, failure)
                        : Future.failedFuture(failure));
    }

    /** The broker has the event from another token, so this one only goes on. */
    private void learn(Occasion occasion, Throwable failure) {
        if (String.valueOf(failure.getMessage()).contains("Duplicate message detected")) {
            known.add(occasion.executionId());
        }
    }

    /** A queue that is full, say. The broker keeps the token and delivers it again after a while that grows. */
    private Future<Void> refused(Occasion occasion, Message nextToken, Delivery delivery, Throwable refusal) {
        Schedule schedule = occasion.schedule();
        ScheduleTarget target = schedule.settings().target();
        boolean isOld =
                !clock.instant().isBefore(schedule.happensAt(occasion.due()).plus(target.maximumAge()));
        if (!isOld && occasion.attempt() <= target.maximumRetries()) {
            return Future.failedFuture(refusal);
        }
        String condition = isOld ? "MaximumEventAgeInSeconds" : "MaximumRetryAttempts";
        return giveUp(
                occasion, nextToken, delivery, "ServiceUnavailable", String.valueOf(refusal.getMessage()), condition);
    }

    private Future<Void> giveUp(
            Occasion occasion, Message nextToken, Delivery delivery, String code, String message, String condition) {
        Optional<Message> letter = occasion.deadLetter(code, message, condition);
        LOGGER.atWarn()
                .addKeyValue(LogKeys.SCHEDULE, occasion.schedule().key())
                .addKeyValue(LogKeys.DUE, occasion.due())
                .addKeyValue(LogKeys.REASON, message)
                .log(
                        letter.isPresent()
                                ? "schedule gave a due time up to its dead-letter queue"
                                : "schedule gave a due time up");
        List<Message> both = new ArrayList<>();
        letter.ifPresent(both::add);
        both.add(nextToken);
        return transactions
                .completeAndSend(delivery, both)
                .recover(failure -> letter.isPresent() && failure instanceof BrokerRefusedException
                        ? transactions.completeAndSend(delivery, List.of(nextToken))
                        : Future.failedFuture(failure));
    }
}
