package io.millrace.source.kafka;

import java.util.concurrent.CompletableFuture;

/**
 * Waits for the thread of the consumer.
 *
 * @param answer whether it was kept
 */
record Commit(RecordPosition position, CompletableFuture<Boolean> answer) {
    Commit(RecordPosition position) {
        this(position, new CompletableFuture<>());
    }
}
