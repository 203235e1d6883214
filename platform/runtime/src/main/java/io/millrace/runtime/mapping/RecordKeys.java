package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.Digest;
import io.millrace.runtime.idempotency.JsonKeys;
import io.millrace.runtime.idempotency.KeyDesk;
import io.millrace.runtime.registry.FunctionAdministration;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.message.Message;

/**
 * Idempotency keys of the records of all mappings (lambda-semantics 9.1): claimed before a batch runs, completed or
 * freed before its source is told. Thread-safe; never blocks.
 */
public final class RecordKeys {
    /** To initialise an environment, and for the way there and back. */
    private static final Duration GRACE = Duration.ofSeconds(15);
    /** Behind the function's name, which holds none of these: the result of an event is none of a record. */
    private static final String SCOPE = "/records";

    private final Vertx vertx;
    private final KeyDesk desk;
    private final Duration timeToLive;
    private final Function<FunctionArn, Optional<JsonPointer>> pointers;
    private final Function<FunctionName, Duration> timeouts;

    /**
     * @param timeToLive how long a key that was completed is known
     * @param timeouts the longest of all versions of a function; from memory
     */
    public RecordKeys(
            Vertx vertx,
            KeyDesk desk,
            Duration timeToLive,
            FunctionAdministration functions,
            Function<FunctionName, Duration> timeouts) {
        this(vertx, desk, timeToLive, new ItemPointers(functions)::of, timeouts);
    }

    /** @param pointers to the keys in records of a function, version or alias; from memory */
    RecordKeys(
            Vertx vertx,
            KeyDesk desk,
            Duration timeToLive,
            Function<FunctionArn, Optional<JsonPointer>> pointers,
            Function<FunctionName, Duration> timeouts) {
        this.vertx = vertx;
        this.desk = desk;
        this.timeToLive = timeToLive;
        this.pointers = pointers;
        this.timeouts = timeouts;
    }

    /** To the keys in records of a function that has one; from memory. */
    Optional<JsonPointer> pointer(FunctionArn function) {
        return pointers.apply(function);
    }

    /**
     * The sender's, or else what the function's pointer leads to.
     *
     * @param pointer of the function, see {@link #pointer}
     */
    static Optional<ItemKey> of(
            FunctionArn function, Optional<JsonPointer> pointer, Message message, BrokerRecord record) {
        Map<String, Object> properties = EventMessages.properties(message);
        Object given = properties.isEmpty() ? null : properties.get(EventProperties.IDEMPOTENCY_KEY);
        if (given == null || given.toString().isEmpty()) {
            return pointer.isEmpty() ? Optional.empty() : picked(function, pointer.get(), record.view());
        }
        return Optional.of(
                new ItemKey(digest(function, given.toString()), Optional.of(Digest.ofPayload(record.payload()))));
    }

    private static Optional<ItemKey> picked(FunctionArn function, JsonPointer pointer, JsonNode view) {
        return JsonKeys.find(view, pointer).map(key -> new ItemKey(digest(function, key), Optional.empty()));
    }

    private static Digest digest(FunctionArn function, String key) {
        return Digest.ofKey(function.function().value() + SCOPE, key);
    }

    /**
     * Of records whose keys only the function's pointer tells. Fails as {@link #claim} does.
     *
     * @param views of records as filter patterns see them; asked for only where the function has a pointer
     */
    <T> Future<ItemClaims<T>> claimPicked(FunctionArn function, List<T> items, Function<T, ? extends JsonNode> views) {
        Optional<JsonPointer> pointer = pointer(function);
        return pointer.isEmpty()
                ? Future.succeededFuture(none(items))
                : claimAll(function, items, item -> picked(function, pointer.get(), views.apply(item)));
    }

    /** Fails with {@link KeysUnknownException}, and without a claim, while the store is away. */
    <T> Future<ItemClaims<T>> claim(FunctionArn function, List<T> items, Function<T, Optional<ItemKey>> keys) {
        for (T item : items) {
            if (keys.apply(item).isPresent()) {
                return claimAll(function, items, keys);
            }
        }
        return Future.succeededFuture(none(items));
    }

    <T> ItemClaims<T> none(List<T> items) {
        return ItemClaims.none(vertx, desk, items);
    }

    private <T> Future<ItemClaims<T>> claimAll(
            FunctionArn function, List<T> items, Function<T, Optional<ItemKey>> keys) {
        List<ClaimRequest> requests = new ArrayList<>();
        Map<Digest, Integer> firsts = new HashMap<>();
        ItemClaims<T> claims = new ItemClaims<>(vertx, desk, timeToLive, GRACE, items);
        // Its call may wait for the worker as long as for an answer, and run then.
        Duration lease = timeouts.apply(function.function()).plus(GRACE).multipliedBy(2);
        for (int i = 0; i < items.size(); i++) {
            Optional<ItemKey> key = keys.apply(items.get(i));
            if (key.isPresent()) {
                Integer first = firsts.putIfAbsent(key.get().digest(), i);
                if (first == null) {
                    requests.add(new ClaimRequest(key.get().digest(), key.get().payload(), lease));
                    claims.asked(i);
                } else {
                    claims.twin(i, first, isOther(key.get(), keys.apply(items.get(first))));
                }
            }
        }
        // Whoever asks counts on an answer: a store that throws is away.
        return Future.<Void>succeededFuture().compose(start -> claims.claim(requests));
    }

    private static boolean isOther(ItemKey key, Optional<ItemKey> first) {
        Optional<Digest> before = first.flatMap(ItemKey::payload);
        return key.payload().isPresent() && before.isPresent() && !before.equals(key.payload());
    }
}
