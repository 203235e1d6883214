package io.millrace.runtime.dispatch;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.retry.GiveUpCondition;
import io.millrace.runtime.destination.Destinations;
import io.millrace.runtime.destination.OutcomeRecord;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.trace.AttemptTrace;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends an event for good: dead letter or record of success, together with its completion. Event loop only. */
final class GivingUp {
    private static final Logger LOGGER = LoggerFactory.getLogger(GivingUp.class);

    private final Transactions transactions;
    private final Clock clock;
    private final Meters meters;

    GivingUp(Transactions transactions, Clock clock, Meters meters) {
        this.transactions = transactions;
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * What is given up and why.
     *
     * @param arn as invoked
     * @param version that ran last, or would have
     * @param attempts that were started
     * @param error of the last of them; empty if none ran here
     */
    record Loss(
            FunctionArn arn,
            String requestId,
            String version,
            GiveUpCondition condition,
            int attempts,
            Optional<FunctionError> error) {}

    /** Writes the dead letter, and the failure record if there is a destination, and completes the event. */
    Future<Void> deadLetter(Delivery delivery, Loss loss, AsyncInvokeConfig config, AttemptTrace trace) {
        Instant now = clock.instant();
        FunctionName function = loss.arn().function();
        Message event = delivery.message();
        Message deadLetter = DeadLetterMessages.of(
                event,
                cause(loss),
                Topology.invokeAddress(function),
                Topology.deadLetterAddress(function),
                now.toEpochMilli());
        LOGGER.atWarn()
                .addKeyValue(LogKeys.FUNCTION, function)
                .addKeyValue(LogKeys.REQUEST_ID, loss.requestId())
                .addKeyValue(LogKeys.REASON, loss.condition().wireName())
                .log("dead-lettered");
        Optional<Message> record = config.onFailure()
                .flatMap(destination -> record(destination, failureRecord(loss, event, now), event, loss.arn(), trace));
        return completeAnd(delivery, List.of(deadLetter), record, function);
    }

    /** Writes the record of a success and completes the event. */
    Future<Void> recordSuccess(
            Delivery delivery, OutcomeRecord success, FunctionArn arn, String destination, AttemptTrace trace) {
        Optional<Message> record = record(destination, success.toJson(), delivery.message(), arn, trace);
        return completeAnd(delivery, List.of(), record, arn.function());
    }

    private static Optional<Message> record(
            String destination, byte[] record, Message event, FunctionArn arn, AttemptTrace trace) {
        return Destinations.message(destination, record, () -> trace(event, arn, trace), w3c(trace));
    }

    private static Map<String, String> w3c(AttemptTrace trace) {
        Optional<String> traceparent = trace.traceparent();
        if (traceparent.isEmpty()) {
            return Map.of();
        }
        Map<String, String> properties = new HashMap<>(Map.of(EventProperties.TRACEPARENT, traceparent.get()));
        trace.tracestate().ifPresent(state -> properties.put(EventProperties.TRACESTATE, state));
        return properties;
    }

    /** A destination is one more call of the function: loops over destinations count too (lambda-semantics 2.4). */
    private static String trace(Message event, FunctionArn arn, AttemptTrace trace) {
        String function =
                FunctionArn.of(arn.region(), arn.account(), arn.function()).toString();
        return Lineage.continued(
                trace.header(EventMessages.property(event, EventProperties.TRACE)), Lineage.key(function));
    }

    /** A destination that cannot take its record costs the record, never the event (lambda-semantics 2.2). */
    private Future<Void> completeAnd(
            Delivery delivery, List<Message> always, Optional<Message> record, FunctionName function) {
        List<Message> all = new ArrayList<>(always);
        record.ifPresent(all::add);
        return transactions.completeAndSend(delivery, all).recover(failure -> {
            if (record.isEmpty() || !(failure instanceof BrokerRefusedException)) {
                return Future.failedFuture(failure);
            }
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, function)
                    .addKeyValue(LogKeys.DESTINATION, record.get().getAddress())
                    .addKeyValue(LogKeys.REASON, failure.getMessage())
                    .log("destination refused a record");
            meters.known(function).destinationFailed();
            return transactions.completeAndSend(delivery, always);
        });
    }

    private static DeadLetterMessages.Cause cause(Loss loss) {
        return new DeadLetterMessages.Cause(
                loss.condition().wireName(),
                loss.error().map(FunctionError::errorType).orElse(""),
                loss.error().map(FunctionError::errorMessage).orElse(""),
                loss.error().map(FunctionError::stackTrace).orElse(""),
                loss.attempts(),
                loss.arn().function().value(),
                loss.version(),
                loss.requestId());
    }

    /** With what was too large it would be so, too. */
    private static byte[] shown(Loss loss, byte[] payload) {
        return loss.condition() == GiveUpCondition.PAYLOAD_TOO_LARGE
                ? ("{\"millrace:payload\":{\"bytes\":" + payload.length + "}}").getBytes(StandardCharsets.UTF_8)
                : payload;
    }

    private static byte[] failureRecord(Loss loss, Message event, Instant now) {
        return new OutcomeRecord(
                        now,
                        loss.requestId(),
                        loss.arn().qualified().toString(),
                        loss.condition().wireName(),
                        loss.attempts(),
                        shown(loss, EventMessages.payload(event)),
                        loss.error().map(FunctionError::payload),
                        true,
                        loss.version())
                .toJson();
    }
}
