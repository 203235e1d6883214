package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.dispatch.KeySource;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where in their records functions have idempotency keys; looked for again only when one changed. Thread-safe. */
final class ItemPointers {
    private final FunctionAdministration functions;
    private final Map<FunctionArn, Known> known = new ConcurrentHashMap<>();

    private record Known(RegisteredFunction function, Optional<JsonPointer> pointer) {}

    ItemPointers(FunctionAdministration functions) {
        this.functions = functions;
    }

    /** Of a function, version or alias. From memory. */
    Optional<JsonPointer> of(FunctionArn arn) {
        Optional<RegisteredFunction> function = functions.find(arn.function());
        if (function.isEmpty()) {
            known.remove(arn);
            return Optional.empty();
        }
        Known before = known.get(arn);
        if (before != null && isSame(before.function(), function.get())) {
            return before.pointer();
        }
        Optional<JsonPointer> pointer = MappedVersions.of(function.get(), arn)
                .findFirst()
                .map(version -> version.environment().get(KeySource.ITEM_VARIABLE))
                .map(JsonPointer::compile);
        known.put(arn, new Known(function.get(), pointer));
        return pointer;
    }

    @SuppressWarnings("ReferenceEquality") // A change makes another object, and this is asked for each batch.
    private static boolean isSame(RegisteredFunction one, RegisteredFunction other) {
        return one == other;
    }
}
