package io.millrace.deadletter;

/**
 * A message as it came over the wire.
 *
 * @param bytes all of it, or its beginning
 * @param size of all of it
 */
@SuppressWarnings("ArrayRecordComponent") // Carried, never compared.
record EncodedLetter(byte[] bytes, long size) {}
