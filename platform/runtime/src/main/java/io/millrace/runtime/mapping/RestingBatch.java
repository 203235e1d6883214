package io.millrace.runtime.mapping;

/** Messages of a queue that wait for idempotency keys that are in use, and need no permit for that. */
record RestingBatch(GuardedQueue from, MessageBatch batch, Backoff backoff) {}
