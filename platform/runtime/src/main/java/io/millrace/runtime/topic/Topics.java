package io.millrace.runtime.topic;

import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.relay.RelayPlan;
import io.millrace.runtime.relay.RelayTarget;
import io.millrace.runtime.relay.Relays;
import io.millrace.runtime.relay.RetryPolicy;
import io.millrace.runtime.relay.Turns;
import io.millrace.runtime.topic.TopicRefusedException.SubscriptionDiffers;
import io.millrace.runtime.topic.TopicRefusedException.SubscriptionUnknown;
import io.millrace.runtime.topic.TopicRefusedException.TopicUnknown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/**
 * Keeps topics and their subscriptions. What is stored comes first, then what the broker needs for it, and on removal the
 * other way round; so a start, or the broker's return, finishes what was left half done. Thread-safe; nothing blocks.
 */
public final class Topics {
    private static final String NO_OWNER = "";
    /** As SNS has it for functions and queues; a target that does not exist gets its second chance only shortly. */
    private static final RetryPolicy RETRIES = new RetryPolicy(100_015, 2, Duration.ofDays(23));

    private final DocumentShelf documents;
    private final BrokerManagement broker;
    private final Publisher publisher;
    private final Relays relays;
    private final IdentitySettings identity;
    private final TopicArns arns;
    private final InstantSource clock;
    private final WorkerExecutor oneByOne;
    private final Turns turns = new Turns();

    public Topics(
            Vertx vertx,
            DocumentShelf documents,
            BrokerManagement broker,
            Publisher publisher,
            Relays relays,
            IdentitySettings identity,
            InstantSource clock) {
        this.documents = documents;
        this.broker = broker;
        this.publisher = publisher;
        this.relays = relays;
        this.identity = identity;
        this.arns = new TopicArns(identity);
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-topics", 1);
    }

    /** Serves all that is stored: before the first change, and whenever the broker may have lost what it had. */
    public Future<Void> resume() {
        return turns.take(this::serveAll);
    }

    private Future<Void> serveAll() {
        List<Future<Void>> ready = new ArrayList<>();
        all().forEach(topic -> ready.add(broker.ensureMulticast(Topology.topicAddress(topic.name()))));
        return Future.all(ready).compose(made -> {
            List<Future<Void>> started = new ArrayList<>();
            all().forEach(topic ->
                    subscriptions(topic.name()).forEach(subscription -> started.add(relays.start(plan(subscription)))));
            return Future.all(started).mapEmpty();
        });
    }

    /** From memory, by name. */
    public List<Topic> all() {
        return documents.of(DocumentKind.TOPIC, NO_OWNER).stream()
                .map(stored -> TopicDocument.topic(stored.name(), stored.content()))
                .toList();
    }

    /** From memory. */
    public Optional<Topic> find(String topic) {
        return documents.find(DocumentKind.TOPIC, NO_OWNER, topic).map(content -> TopicDocument.topic(topic, content));
    }

    /** From memory, by topic and id. */
    public List<Subscription> subscriptions() {
        return documents.all(DocumentKind.SUBSCRIPTION).stream()
                .map(TopicDocument::subscription)
                .toList();
    }

    /** From memory, by id. */
    public List<Subscription> subscriptions(String topic) {
        return documents.of(DocumentKind.SUBSCRIPTION, topic).stream()
                .map(TopicDocument::subscription)
                .toList();
    }

    /** From memory. */
    public Optional<Subscription> subscription(String topic, String id) {
        return subscriptions(topic).stream()
                .filter(each -> each.id().equals(id))
                .findFirst();
    }

    /** One that exists is left as it is. */
    public Future<Topic> create(Topic topic) {
        return turns.take(() -> change(() -> {
                    documents.change(
                            DocumentKind.TOPIC,
                            NO_OWNER,
                            topic.name(),
                            before -> before.or(() -> Optional.of(TopicDocument.write(topic))));
                    return find(topic.name()).orElseThrow();
                })
                .compose(stored -> broker.ensureMulticast(Topology.topicAddress(topic.name()))
                        .map(made -> stored)));
    }

    /** With its subscriptions and all that waits for them; one that does not exist counts as deleted. */
    public Future<Void> delete(String topic) {
        return turns.take(() -> deleteNow(topic));
    }

    private Future<Void> deleteNow(String topic) {
        Future<Void> removed = Future.succeededFuture();
        for (Subscription subscription : subscriptions(topic)) {
            removed = removed.compose(before -> unsubscribeNow(topic, subscription.id()));
        }
        return removed.compose(gone -> broker.deleteAddress(Topology.topicAddress(topic)))
                .compose(gone -> change(() -> {
                    documents.change(DocumentKind.TOPIC, NO_OWNER, topic, before -> Optional.empty());
                    return null;
                }));
    }

    /**
     * The same endpoint again gives the subscription there is.
     *
     * @return succeeds when nothing that is published from now on will be missed; fails with TopicUnknown or
     *     SubscriptionDiffers
     */
    public Future<Subscription> subscribe(
            String topic, String protocol, String endpoint, SubscriptionSettings settings) {
        return turns.take(() -> change(() -> {
                    requireTopic(topic);
                    for (Subscription existing : subscriptions(topic)) {
                        if (existing.protocol().equals(protocol)
                                && existing.endpoint().equals(endpoint)) {
                            return requireSame(existing, settings);
                        }
                    }
                    return store(new Subscription(RequestIds.next(), topic, protocol, endpoint, settings));
                })
                .compose(this::serve));
    }

    private static Subscription requireSame(Subscription existing, SubscriptionSettings settings) {
        if (!existing.settings().equals(settings)) {
            throw new SubscriptionDiffers(existing);
        }
        return existing;
    }

    /**
     * From the next message on.
     *
     * @param change what it throws leaves all as it was
     * @return fails with SubscriptionUnknown
     */
    public Future<Subscription> change(String topic, String id, UnaryOperator<SubscriptionSettings> change) {
        return turns.take(() -> change(() -> {
                    Subscription before = subscription(topic, id).orElseThrow(() -> new SubscriptionUnknown(id));
                    return store(new Subscription(
                            id, topic, before.protocol(), before.endpoint(), change.apply(before.settings())));
                })
                .compose(this::serve));
    }

    /** With all that waits for it; one that does not exist counts as removed. */
    public Future<Void> unsubscribe(String topic, String id) {
        return turns.take(() -> unsubscribeNow(topic, id));
    }

    private Future<Void> unsubscribeNow(String topic, String id) {
        return relays.remove(queue(topic, id))
                .compose(removed -> change(() -> {
                    documents.change(DocumentKind.SUBSCRIPTION, topic, id, before -> Optional.empty());
                    return null;
                }));
    }

    /**
     * @param trace header of the request, for the functions that get it
     * @return the message's id, once the broker has it on disk; fails with TopicUnknown
     */
    public Future<String> publish(String topic, TopicMessage message, Optional<String> trace) {
        if (find(topic).isEmpty()) {
            return Future.failedFuture(new TopicUnknown(topic));
        }
        String id = RequestIds.next();
        return publisher
                .send(Topology.topicAddress(topic), TopicMessages.write(id, message, trace))
                .map(accepted -> id);
    }

    private void requireTopic(String topic) {
        if (find(topic).isEmpty()) {
            throw new TopicUnknown(topic);
        }
    }

    private Subscription store(Subscription subscription) {
        plan(subscription); // What cannot be served must not be stored: no start would get past it.
        documents.change(
                DocumentKind.SUBSCRIPTION,
                subscription.topic(),
                subscription.id(),
                before -> Optional.of(TopicDocument.write(subscription)));
        return subscription;
    }

    private Future<Subscription> serve(Subscription subscription) {
        return relays.start(plan(subscription)).map(started -> subscription);
    }

    private RelayPlan plan(Subscription subscription) {
        RelayTarget target = RelayTarget.parse(subscription.endpoint(), identity)
                .orElseThrow(() -> new IllegalStateException("subscription " + subscription.id()
                        + " has the endpoint '" + subscription.endpoint()
                        + "', expected a function or queue of this account and region"));
        return new RelayPlan(
                Topology.topicAddress(subscription.topic()),
                queue(subscription.topic(), subscription.id()),
                target,
                new SubscriptionRoute(subscription, arns, clock),
                RETRIES,
                subscription.settings().deadLetters().flatMap(arn -> RelayTarget.queue(arn, identity)),
                Map.of(
                        "SUBSCRIPTION_ARN",
                        arns.of(subscription),
                        "TOPIC_ARN",
                        arns.of(subscription.topic()),
                        "TARGET_ARN",
                        subscription.endpoint()),
                Optional.empty());
    }

    private static String queue(String topic, String id) {
        return Topology.topicAddress(topic) + "/" + id;
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change, true);
    }
}
