package io.millrace.runtime.replay;

import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What large payloads past events still have. A replayed event gets one of its own, so that neither it nor a dead letter
 * which is still there takes the other's away. Blocks.
 */
public final class PastPayloads {
    /** A store may copy some gigabytes. */
    private static final long PATIENCE_MINUTES = 10;

    private final PayloadStore store;

    public PastPayloads(PayloadStore store) {
        this.store = store;
    }

    /** @throws io.millrace.runtime.payloads.PayloadUnavailableException where that cannot be told */
    boolean has(StoredPayload payload) {
        return await(store.exists(payload));
    }

    /** @return false where it is gone; throws as {@link #has} does */
    boolean copy(StoredPayload payload, String name) {
        return await(store.copy(payload, name));
    }

    private static boolean await(Future<Boolean> answered) {
        try {
            return answered.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES)
                    .join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }
}
