package io.millrace.broker.management;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.topology.AddressPolicy;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The broker's management operations, over AMQP, so that the address of its AMQP port is all that is needed of a broker
 * (docs/adr/0002). Thread-safe. Every future fails with BrokerUnavailableException when the broker is away and with
 * BrokerRefusedException when it says no.
 */
public final class BrokerManagement {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BROKER = "broker";
    private static final String REDELIVERY_DELAY = "redeliveryDelay";
    private static final String MAXIMUM_ATTEMPTS = "maxDeliveryAttempts";
    /** Last word of addresses that nobody has. */
    private static final String NO_ADDRESS = "millrace-no-such-address";

    private static final int PAGE = 5_000;
    private static final int FLUSH_AT = 1_000;
    private static final int LISTING_TRIES = 10;
    // Artemis 2.55 stumbles over its own refusal where a user may send to the management but not use it.
    private static final String STUMBLED = "markAsRollbackOnly";
    private static final String NOT_PERMITTED =
            "the user does not have permission='MANAGE' on address " + Topology.MANAGEMENT;
    // A move of a million messages takes some.
    private static final long PATIENCE_MILLIS = 120_000;

    private final BrokerConnection connection;
    private final Map<String, Promise<JsonNode>> waiting = new HashMap<>();
    private final Deque<Runnable> unsent = new ArrayDeque<>();
    private @Nullable ProtonSender sender;
    private @Nullable ProtonReceiver answers;
    private @Nullable String replyTo;
    private @Nullable String refusal;
    private long nextId;

    /** @param connection one of its own, because a long operation holds up whatever else its connection does */
    public BrokerManagement(BrokerConnection connection) {
        this.connection = connection;
        connection.run(() -> {
            connection.whenUp(this::attach);
            connection.whenDown(this::lost);
        });
    }

    private void attach(ProtonConnection up) {
        refusal = null;
        Source named = new Source();
        named.setAddress(Topology.replyAddress(UUID.randomUUID().toString()));
        receive(up, named, notAllowed -> {
            Source temporary = new Source();
            temporary.setDynamic(true);
            receive(up, temporary, this::refused);
        });
        ProtonSender opening = up.createSender(Topology.MANAGEMENT);
        Target target = new Target();
        target.setAddress(Topology.MANAGEMENT);
        opening.setTarget(target);
        opening.sendQueueDrainHandler(credit -> sendWaiting());
        opening.closeHandler(this::refused);
        opening.detachHandler(this::refused);
        opening.open();
        sender = opening;
    }

    /**
     * A queue of a name that Millrace's broker.xml knows gets answers also while the disk has too little room, a
     * temporary one does not; but at a broker of other settings it may be the only one allowed.
     */
    private void receive(ProtonConnection up, Source source, Consumer<AsyncResult<ProtonReceiver>> whenRefused) {
        ProtonReceiver receiver = up.createReceiver(source.getAddress());
        receiver.setSource(source);
        receiver.setPrefetch(100);
        receiver.handler(this::answered);
        receiver.openHandler(opened -> {
            // A refusal opens the link only to close it, without a source.
            if (opened.succeeded() && opened.result().getRemoteSource() != null) {
                replyTo = opened.result().getRemoteSource().getAddress();
                sendWaiting();
            }
        });
        Handler<AsyncResult<ProtonReceiver>> closed = why -> {
            if (answers == receiver) {
                whenRefused.accept(why);
            }
        };
        receiver.closeHandler(closed);
        receiver.detachHandler(closed);
        receiver.open();
        answers = receiver;
    }

    private void lost() {
        sender = null;
        replyTo = null;
        List<Promise<JsonNode>> unanswered = new ArrayList<>(waiting.values());
        waiting.clear();
        unsent.clear();
        unanswered.forEach(promise -> promise.tryFail(away()));
    }

    // Who may not use the management is told so at once, and not after a time without an answer.
    private <T> void refused(AsyncResult<T> closed) {
        String why = closed.failed() ? String.valueOf(closed.cause().getMessage()) : "the link was closed";
        refusal = "broker refused its management: " + why;
        List<Promise<JsonNode>> unanswered = new ArrayList<>(waiting.values());
        waiting.clear();
        unsent.clear();
        unanswered.forEach(promise -> promise.tryFail(new BrokerRefusedException(String.valueOf(refusal))));
    }

    private BrokerUnavailableException away() {
        return new BrokerUnavailableException("broker " + connection.address() + " is not reachable");
    }

    private void sendWaiting() {
        while (!unsent.isEmpty() && replyTo != null && sender != null && !sender.sendQueueFull()) {
            unsent.remove().run();
        }
    }

    /** Creates the queue and its anycast address unless they exist. */
    public Future<Void> createQueue(QueueSpec queue) {
        ObjectNode config = JSON.createObjectNode()
                .put("name", queue.name())
                .put("address", queue.name())
                .put("routing-type", "ANYCAST")
                .put("durable", queue.durable())
                .put("auto-create-address", true)
                .put("auto-delete", false);
        return operation(BROKER, "createQueue", config.toString(), true).mapEmpty();
    }

    /** Deletes the queue with its messages, and its consumers' links; its address too. */
    public Future<Void> deleteQueue(String name) {
        return operation(BROKER, "destroyQueue", name, true, true).mapEmpty();
    }

    /** Creates a multicast address, with no queue yet, unless it exists. */
    public Future<Void> ensureMulticast(String address) {
        return addressNames()
                .compose(names -> names.contains(address)
                        ? Future.succeededFuture()
                        : operation(BROKER, "createAddress", address, "MULTICAST"))
                .mapEmpty();
    }

    /** Creates a durable queue that gets a copy of all that is sent to a multicast address, unless it exists. */
    public Future<Void> createMulticastQueue(String address, String queue) {
        ObjectNode config = JSON.createObjectNode()
                .put("name", queue)
                .put("address", address)
                .put("routing-type", "MULTICAST")
                .put("durable", true)
                .put("auto-create-address", true)
                .put("auto-delete", false);
        return operation(BROKER, "createQueue", config.toString(), true).mapEmpty();
    }

    /** Deletes one queue of a multicast address with its messages, unless it is gone already. The address stays. */
    public Future<Void> deleteMulticastQueue(String queue) {
        return queueNames()
                .compose(names -> names.contains(queue)
                        ? operation(BROKER, "destroyQueue", queue, true, false)
                        : Future.succeededFuture())
                .mapEmpty();
    }

    /** Deletes an address with all of its queues and their messages, unless it is gone already. */
    public Future<Void> deleteAddress(String address) {
        return addressNames()
                .compose(names -> names.contains(address)
                        ? operation(BROKER, "deleteAddress", address, true)
                        : Future.succeededFuture())
                .mapEmpty();
    }

    /** The names of all addresses, in one answer. */
    public Future<Set<String>> addressNames() {
        return attribute(BROKER, "AddressNames").map(BrokerManagement::texts);
    }

    /** Sets the broker's settings of an address; they survive the broker. */
    public Future<Void> setPolicy(AddressPolicy policy) {
        return operation(
                        BROKER,
                        "addAddressSettings",
                        policy.address(),
                        settings(policy).toString())
                .mapEmpty();
    }

    /**
     * Says of an address when its messages that failed come again and how often; what is not said stays as it is, and so do
     * the other settings that the address has of its own.
     *
     * @param delayMillis 0 or more
     * @param maximumAttempts 1 or more, or -1 for no end
     */
    public Future<Void> setRedelivery(String address, OptionalLong delayMillis, OptionalInt maximumAttempts) {
        return ownSettings(address).compose(own -> {
            delayMillis.ifPresent(millis -> own.put(REDELIVERY_DELAY, millis));
            maximumAttempts.ifPresent(attempts -> own.put(MAXIMUM_ATTEMPTS, attempts));
            return operation(BROKER, "addAddressSettings", address, own.toString())
                    .mapEmpty();
        });
    }

    /**
     * The broker tells only what is in force, after wildcards: an address beside this one has the same but what is this
     * one's own. Adding settings replaces all that an address has of its own.
     */
    private Future<ObjectNode> ownSettings(String address) {
        String beside = address.substring(0, address.lastIndexOf('.') + 1) + NO_ADDRESS;
        return Future.all(policy(address), policy(beside)).map(both -> {
            JsonNode inForce = both.resultAt(0);
            JsonNode shared = both.resultAt(1);
            ObjectNode own = JSON.createObjectNode();
            inForce.properties().stream()
                    .filter(setting -> !setting.getValue().equals(shared.get(setting.getKey())))
                    .forEach(setting -> own.set(setting.getKey(), setting.getValue()));
            return own;
        });
    }

    /** The settings in force for an address, by the broker's names. */
    public Future<JsonNode> policy(String address) {
        return operation(BROKER, "getAddressSettingsAsJSON", address).map(inForce -> parse(inForce.asText()));
    }

    /**
     * As {@link #setPolicy}, but asks first. The broker tells each of its queues of a change of settings, so that with
     * many queues asking costs far less than setting again what is so already.
     */
    public Future<Void> ensurePolicy(AddressPolicy policy) {
        return policy(policy.address())
                .compose(inForce -> contains(inForce, settings(policy)) ? Future.succeededFuture() : setPolicy(policy));
    }

    /** What tells this broker from any other, as long as it has its data. */
    public Future<String> identity() {
        return attribute(BROKER, "NodeID").map(JsonNode::asText);
    }

    private static boolean contains(JsonNode inForce, ObjectNode wanted) {
        return wanted.properties().stream().allMatch(setting -> {
            JsonNode found = inForce.path(setting.getKey());
            JsonNode value = setting.getValue();
            return value.isNumber()
                    ? found.isNumber() && found.doubleValue() == value.doubleValue()
                    : found.equals(value);
        });
    }

    private static ObjectNode settings(AddressPolicy policy) {
        return JSON.createObjectNode()
                .put("deadLetterAddress", policy.deadLetterAddress())
                .put("expiryAddress", policy.expiryAddress())
                .put(MAXIMUM_ATTEMPTS, policy.maximumDeliveryAttempts())
                .put(REDELIVERY_DELAY, policy.redeliveryDelay())
                .put("redeliveryMultiplier", policy.redeliveryMultiplier())
                .put("maxRedeliveryDelay", policy.maximumRedeliveryDelay())
                .put("maxExpiryDelay", policy.maximumExpiryDelay())
                .put("enableIngressTimestamp", policy.ingressTime());
    }

    public Future<Void> removePolicy(String address) {
        return operation(BROKER, "removeAddressSettings", address).mapEmpty();
    }

    /** The names of all queues, in one answer. */
    public Future<Set<String>> queueNames() {
        return attribute(BROKER, "QueueNames").map(BrokerManagement::texts);
    }

    private static Set<String> texts(JsonNode names) {
        Set<String> found = new HashSet<>();
        names.forEach(name -> found.add(name.asText()));
        return found;
    }

    /** All queues whose name contains {@code part}; all queues if it is empty. */
    public Future<List<QueueState>> listQueues(String part) {
        return listQueues(part, LISTING_TRIES);
    }

    // The broker's listing fails when one of the queues is removed meanwhile.
    private Future<List<QueueState>> listQueues(String part, int tries) {
        return listQueues(part, 1, new ArrayList<>())
                .recover(failure -> tries > 1 && failure instanceof BrokerRefusedException
                        ? listQueues(part, tries - 1)
                        : Future.failedFuture(failure));
    }

    private Future<List<QueueState>> listQueues(String part, int page, List<QueueState> found) {
        boolean all = part.isEmpty();
        return listQueues(filter(all ? "" : "name", all ? "" : "CONTAINS", part, "name", "asc"), page, found);
    }

    /** At most {@code limit} queues that are not empty, those with the most messages first. */
    public Future<List<QueueState>> fullestQueues(int limit) {
        ObjectNode filter = filter("messageCount", "GREATER_THAN", "0", "messageCount", "desc");
        return operation(BROKER, "listQueues", filter.toString(), 1, limit).map(answer -> {
            List<QueueState> found = new ArrayList<>();
            parse(answer.asText()).path("data").forEach(row -> found.add(QueueState.of(row)));
            return found;
        });
    }

    private static ObjectNode filter(String field, String operation, String value, String sortField, String order) {
        return JSON.createObjectNode()
                .put("field", field)
                .put("operation", operation)
                .put("value", value)
                .put("sortField", sortField)
                .put("sortOrder", order);
    }

    private Future<List<QueueState>> listQueues(ObjectNode filter, int page, List<QueueState> found) {
        return operation(BROKER, "listQueues", filter.toString(), page, PAGE).compose(answer -> {
            JsonNode body = parse(answer.asText());
            body.path("data").forEach(row -> found.add(QueueState.of(row)));
            boolean complete = (long) page * PAGE >= body.path("count").asLong();
            return complete ? Future.succeededFuture(found) : listQueues(filter, page + 1, found);
        });
    }

    public Future<Optional<QueueState>> findQueue(String name) {
        return listQueues(name)
                .map(all -> all.stream().filter(q -> q.name().equals(name)).findFirst());
    }

    /**
     * Moves messages in one atomic step of the broker: each is in one of the two queues, whatever is killed meanwhile.
     *
     * @param filter the broker's selector, empty for all
     * @param limit at most so many, at least 1
     * @return how many were moved
     */
    public Future<Long> moveMessages(String from, String to, String filter, int limit) {
        return operation("queue." + from, "moveMessages", limit, filter, to, false, limit)
                .map(JsonNode::asLong);
    }

    /**
     * As {@link #moveMessages}, of all messages at once: also of those that wait for their time, which a limit could
     * make the broker lose sight of until its restart.
     */
    public Future<Long> moveAllMessages(String from, String to) {
        return operation("queue." + from, "moveMessages", FLUSH_AT, "", to, false, -1)
                .map(JsonNode::asLong);
    }

    /** Any operation of the broker's management by its resource and name; the answer is the first result. */
    public Future<JsonNode> operation(String resource, String operation, Object... arguments) {
        ArrayNode body = JSON.createArrayNode();
        for (Object argument : arguments) {
            body.addPOJO(argument);
        }
        return request(Map.of("_AMQ_ResourceName", resource, "_AMQ_OperationName", operation), text(body))
                .recover(refusal -> Future.failedFuture(
                        refusal instanceof BrokerRefusedException
                                ? new BrokerRefusedException(
                                        "broker refused " + operation + " of " + resource + ": " + refusal.getMessage())
                                : refusal));
    }

    /** An attribute of a resource. */
    public Future<JsonNode> attribute(String resource, String attribute) {
        return request(Map.of("_AMQ_ResourceName", resource, "_AMQ_Attribute", attribute), "[]");
    }

    private Future<JsonNode> request(Map<String, Object> properties, String body) {
        Promise<JsonNode> answer = Promise.promise();
        connection.run(() -> {
            if (!connection.isUp()) {
                answer.fail(away());
                return;
            }
            if (refusal != null) {
                answer.fail(new BrokerRefusedException(refusal));
                return;
            }
            String id = Long.toString(nextId++);
            waiting.put(id, answer);
            Vertx vertx = connection.context().owner();
            long patience = vertx.setTimer(
                    PATIENCE_MILLIS,
                    late -> answer.tryFail(new BrokerUnavailableException(
                            "broker " + connection.address() + " gave no answer in " + PATIENCE_MILLIS + " ms")));
            answer.future().onComplete(done -> {
                waiting.remove(id);
                vertx.cancelTimer(patience);
            });
            unsent.add(() -> send(id, properties, body));
            sendWaiting();
        });
        return answer.future();
    }

    private void send(String id, Map<String, Object> properties, String body) {
        Message message = Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(new HashMap<>(properties)));
        message.setReplyTo(replyTo);
        message.setCorrelationId(id);
        message.setBody(new AmqpValue(body));
        if (sender != null) {
            sender.send(message, sent -> rejected(id, sent.getRemoteState()));
        }
    }

    private void rejected(String id, @Nullable DeliveryState state) {
        Promise<JsonNode> promise = state instanceof Rejected ? waiting.remove(id) : null;
        if (promise != null && state instanceof Rejected rejected) {
            ErrorCondition error = rejected.getError();
            String why = error == null ? "no reason given" : String.valueOf(error.getDescription());
            promise.tryFail(new BrokerRefusedException(why.contains(STUMBLED) ? NOT_PERMITTED : why));
        }
    }

    private void answered(ProtonDelivery delivery, Message message) {
        Promise<JsonNode> promise = waiting.remove(String.valueOf(message.getCorrelationId()));
        if (promise == null) {
            return;
        }
        String body = message.getBody() instanceof AmqpValue value ? String.valueOf(value.getValue()) : "[]";
        Object succeeded = message.getApplicationProperties() == null
                ? null
                : message.getApplicationProperties().getValue().get("_AMQ_OperationSucceeded");
        JsonNode result;
        try {
            result = parse(body).path(0);
        } catch (BrokerRefusedException notJson) {
            promise.tryFail(notJson);
            return;
        }
        if (Boolean.TRUE.equals(succeeded)) {
            promise.tryComplete(result);
        } else {
            promise.tryFail(new BrokerRefusedException(result.asText()));
        }
    }

    private static JsonNode parse(String json) {
        try {
            return json.isEmpty() || json.equals("null") ? JSON.nullNode() : JSON.readTree(json);
        } catch (JsonProcessingException notJson) {
            throw new BrokerRefusedException("broker answered '" + json + "', expected JSON");
        }
    }

    private static String text(ArrayNode body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException("management arguments " + body + ", expected JSON values", impossible);
        }
    }
}
