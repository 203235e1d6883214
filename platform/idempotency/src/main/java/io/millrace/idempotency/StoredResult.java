package io.millrace.idempotency;

/**
 * What a duplicate gets.
 *
 * @param payload as the first run made it
 * @param version that made it; at most 128 characters, may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record StoredResult(byte[] payload, String version) {}
