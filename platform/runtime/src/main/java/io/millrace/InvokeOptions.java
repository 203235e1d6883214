package io.millrace;

import io.millrace.core.Require;
import io.millrace.core.invocation.Invocation;
import java.util.Map;
import java.util.Optional;

/**
 * How a synchronous invocation is to be treated beyond what its function says.
 *
 * @param idempotencyKey invocations of one function with the same key run once (docs/idempotency.md); not empty
 */
public record InvokeOptions(Optional<String> idempotencyKey) {
    /** Nothing beyond what the function says. */
    public static final InvokeOptions NONE = new InvokeOptions(Optional.empty());

    public InvokeOptions {
        idempotencyKey.ifPresent(
                key -> Require.between("length of the idempotency key", key.length(), 1, Integer.MAX_VALUE));
    }

    public InvokeOptions withIdempotencyKey(String key) {
        return new InvokeOptions(Optional.of(key));
    }

    Map<String, String> attributes() {
        return idempotencyKey
                .map(key -> Map.of(Invocation.IDEMPOTENCY_KEY, key))
                .orElse(Map.of());
    }
}
