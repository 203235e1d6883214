package io.millrace.runtime.runtimeapi;

import java.time.Instant;
import java.util.Optional;

/**
 * One attempt, as the runtime and the extensions of an environment get it.
 *
 * @param stored what is sent instead of {@code payload}, which only stands for it
 * @param clientContext JSON of a synchronous caller
 * @param traceHeader value of X-Amzn-Trace-Id, where the event has one
 */
@SuppressWarnings("ArrayRecordComponent") // Written to a socket, never compared.
public record RuntimeInvocation(
        String requestId,
        byte[] payload,
        Optional<RuntimePayload> stored,
        String functionArn,
        Instant deadline,
        Optional<String> clientContext,
        Optional<String> traceHeader) {}
