package io.millrace.runtime.shadow;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.Require;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.dispatch.EventEnd;
import io.millrace.runtime.dispatch.RunEnd;
import io.millrace.runtime.shadow.Backlog.Place;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/**
 * An event that is over, and how it ended, as one message: the body is the event with the result behind it.
 *
 * @param setting the id of the setting it was made by
 * @param shadowId the request id of its run
 * @param liveId the request id of the event
 * @param trace the event's trace header
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
record ShadowCopy(
        String setting,
        Place place,
        String shadowId,
        String liveId,
        byte[] payload,
        Optional<String> trace,
        RunEnd live,
        long madeAtMillis) {
    /** Ids, properties, and what the broker needs to hold it. */
    private static final long OVERHEAD_BYTES = 1_024;

    private static final String SETTING = "millrace_shadow";
    private static final String NUMBER = "millrace_shadow_number";
    private static final String BYTES = "millrace_shadow_bytes";
    private static final String PAYLOAD_BYTES = "millrace_shadow_payload_bytes";
    private static final String RUN_NANOS = "millrace_shadow_run_nanos";

    static ShadowCopy of(EventEnd end, String setting, Place place, long nowMillis) {
        Invocation event = end.event();
        return new ShadowCopy(
                setting,
                place,
                RequestIds.next(),
                event.id(),
                event.payload(),
                Optional.ofNullable(event.attributes().get(Invocation.TRACE)),
                end.run(),
                nowMillis);
    }

    /** How much of the broker it takes, about. */
    static long bytes(EventEnd end) {
        return OVERHEAD_BYTES + end.event().payload().length + result(end.run().outcome()).length;
    }

    private static byte[] result(Outcome outcome) {
        if (outcome instanceof Outcome.Succeeded succeeded) {
            return succeeded.response();
        }
        return outcome instanceof FunctionError error ? error.payload() : new byte[0];
    }

    Message message() {
        Map<String, String> properties = new HashMap<>();
        properties.put(SETTING, setting);
        properties.put(NUMBER, Long.toString(place.number()));
        properties.put(BYTES, Long.toString(place.bytes()));
        properties.put(PAYLOAD_BYTES, Integer.toString(payload.length));
        properties.put(RUN_NANOS, Long.toString(live.runNanos()));
        properties.put(EventProperties.SHADOW_OF, liveId);
        properties.put(EventProperties.FUNCTION_VERSION, live.version());
        if (live.outcome() instanceof FunctionError error) {
            properties.put(EventProperties.ERROR_TYPE, error.errorType());
            properties.put(EventProperties.ERROR_MESSAGE, error.errorMessage());
        }
        trace.ifPresent(header -> properties.put(EventProperties.TRACE, header));
        byte[] result = result(live.outcome());
        byte[] body = Arrays.copyOf(payload, payload.length + result.length);
        System.arraycopy(result, 0, body, payload.length, result.length);
        Message message = EventMessages.transientMessage(shadowId, body, properties);
        message.setCreationTime(madeAtMillis);
        return message;
    }

    /** @throws IllegalArgumentException for what {@link #message} did not make */
    static ShadowCopy read(Message message) {
        byte[] body = EventMessages.payload(message);
        int payloadBytes = (int) number(message, PAYLOAD_BYTES);
        Require.between(PAYLOAD_BYTES, payloadBytes, 0, body.length);
        byte[] payload = Arrays.copyOf(body, payloadBytes);
        byte[] result = Arrays.copyOfRange(body, payloadBytes, body.length);
        Optional<String> errorType = EventMessages.property(message, EventProperties.ERROR_TYPE);
        Outcome outcome = errorType.isEmpty()
                ? new Outcome.Succeeded(result)
                : new FunctionError(errorType.get(), text(message, EventProperties.ERROR_MESSAGE), "", result);
        return new ShadowCopy(
                text(message, SETTING),
                new Place(number(message, NUMBER), number(message, BYTES)),
                String.valueOf(message.getMessageId()),
                text(message, EventProperties.SHADOW_OF),
                payload,
                EventMessages.property(message, EventProperties.TRACE),
                new RunEnd(text(message, EventProperties.FUNCTION_VERSION), outcome, number(message, RUN_NANOS)),
                message.getCreationTime());
    }

    private static String text(Message message, String name) {
        return EventMessages.property(message, name).orElse("");
    }

    private static long number(Message message, String name) {
        return Long.parseLong(text(message, name));
    }
}
