package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.Digest;
import io.millrace.runtime.dispatch.KeySource;
import io.millrace.runtime.idempotency.JsonKeys;
import io.millrace.runtime.idempotency.KeyDesk;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
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
    private final Function<FunctionArn, Map<String, String>> variables;
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
        this(
                vertx,
                desk,
                timeToLive,
                function -> MappedVersions.of(functions, function)
                        .findFirst()
                        .map(FunctionConfiguration::environment)
                        .orElse(Map.of()),
                timeouts);
    }

    /** @param variables of a function, version or alias; from memory */
    RecordKeys(
            Vertx vertx,
            KeyDesk desk,
            Duration timeToLive,
            Function<FunctionArn, Map<String, String>> variables,
            Function<FunctionName, Duration> timeouts) {
        this.vertx = vertx;
        this.desk = desk;
        this.timeToLive = timeToLive;
        this.variables = variables;
        this.timeouts = timeouts;
    }

    /** The sender's, or else what the function's pointer leads to. */
    Optional<ItemKey> of(FunctionArn function, Message message, BrokerRecord record) {
        Map<String, Object> properties = EventMessages.properties(message);
        Object given = properties.isEmpty() ? null : properties.get(EventProperties.IDEMPOTENCY_KEY);
        return given == null || given.toString().isEmpty()
                ? of(function, record::view)
                : Optional.of(new ItemKey(
                        digest(function, given.toString()), Optional.of(Digest.ofPayload(record.payload()))));
    }

    /** @param view of a record as filter patterns see it; asked for only where the function has a pointer */
    Optional<ItemKey> of(FunctionArn function, Supplier<? extends JsonNode> view) {
        String pointer = variables.apply(function).get(KeySource.ITEM_VARIABLE);
        return pointer == null
                ? Optional.empty()
                : JsonKeys.find(view.get(), JsonPointer.compile(pointer))
                        .map(key -> new ItemKey(digest(function, key), Optional.empty()));
    }

    private static Digest digest(FunctionArn function, String key) {
        return Digest.ofKey(function.function().value() + SCOPE, key);
    }

    /** Fails with {@link KeysUnknownException}, and without a claim, while the store is away. */
    <T> Future<ItemClaims<T>> claim(FunctionArn function, List<T> items, Function<T, Optional<ItemKey>> keys) {
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
        return claims.claim(requests);
    }

    private static boolean isOther(ItemKey key, Optional<ItemKey> first) {
        Optional<Digest> before = first.flatMap(ItemKey::payload);
        return key.payload().isPresent() && before.isPresent() && !before.equals(key.payload());
    }
}
