package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusRefusedException.Exists;
import io.millrace.runtime.eventbus.BusRefusedException.Invalid;
import io.millrace.runtime.eventbus.BusRefusedException.TooMany;
import io.millrace.runtime.eventbus.BusRefusedException.Unknown;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.relay.RelayPlan;
import io.millrace.runtime.relay.RelayTarget;
import io.millrace.runtime.relay.Relays;
import io.millrace.runtime.relay.RetryPolicy;
import io.millrace.runtime.relay.Turns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Keeps buses and their rules. What is stored comes first, then what the broker needs for it, and on removal the other
 * way round; so a start, or the broker's return, finishes what was left half done. Thread-safe; nothing blocks.
 */
public final class EventBuses {
    private static final String NO_OWNER = "";
    private static final int MOST_RULES = 300;
    private static final int MOST_TARGETS = 5;

    private final DocumentShelf documents;
    private final BrokerManagement broker;
    private final Publisher publisher;
    private final Relays relays;
    private final IdentitySettings identity;
    private final BusArns arns;
    private final InstantSource clock;
    private final WorkerExecutor oneByOne;
    private final Turns turns = new Turns();

    public EventBuses(
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
        this.arns = new BusArns(identity);
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-event-buses", 1);
    }

    /** Serves all that is stored: before the first change, and whenever the broker may have lost what it had. */
    public Future<Void> resume() {
        return turns.take(this::serveAll);
    }

    private Future<Void> serveAll() {
        List<Future<Void>> ready = new ArrayList<>();
        all().forEach(bus -> ready.add(broker.ensureMulticast(Topology.busAddress(bus.name()))));
        return Future.all(ready).compose(made -> {
            List<Future<Void>> started = new ArrayList<>();
            all().forEach(bus -> rules(bus.name()).forEach(rule -> started.add(serve(rule))));
            return Future.all(started).mapEmpty();
        });
    }

    /** From memory, by name; the default one too. */
    public List<EventBus> all() {
        List<EventBus> all = new ArrayList<>();
        documents
                .of(DocumentKind.EVENT_BUS, NO_OWNER)
                .forEach(stored -> all.add(BusDocument.bus(stored.name(), stored.content())));
        if (documents.find(DocumentKind.EVENT_BUS, NO_OWNER, EventBus.DEFAULT).isEmpty()) {
            all.add(defaultBus());
        }
        return all;
    }

    private static EventBus defaultBus() {
        return new EventBus(EventBus.DEFAULT, "", Instant.EPOCH, Instant.EPOCH);
    }

    /** From memory. */
    public Optional<EventBus> find(String bus) {
        return documents
                .find(DocumentKind.EVENT_BUS, NO_OWNER, bus)
                .map(content -> BusDocument.bus(bus, content))
                .or(() -> bus.equals(EventBus.DEFAULT) ? Optional.of(defaultBus()) : Optional.empty());
    }

    /** From memory; throws Unknown. */
    public EventBus require(String bus) {
        return find(bus).orElseThrow(() -> Unknown.bus(bus));
    }

    /** Fails with Exists. */
    public Future<EventBus> create(String name, String description) {
        return turns.take(() -> change(() -> {
                    if (find(name).isPresent()) {
                        throw Exists.bus(name);
                    }
                    EventBus bus = new EventBus(name, description, clock.instant(), clock.instant());
                    documents.change(
                            DocumentKind.EVENT_BUS, NO_OWNER, name, before -> Optional.of(BusDocument.write(bus)));
                    return bus;
                })
                .compose(
                        bus -> broker.ensureMulticast(Topology.busAddress(name)).map(made -> bus)));
    }

    /** One that does not exist counts as deleted; fails with Invalid while it has rules, and for the default one. */
    public Future<Void> delete(String bus) {
        return turns.take(() -> change(() -> {
                    if (bus.equals(EventBus.DEFAULT)) {
                        throw new Invalid("Cannot delete event bus default.");
                    }
                    if (!rules(bus).isEmpty()) {
                        throw new Invalid("Cannot delete event bus " + bus + " while it has rules.");
                    }
                    boolean isArchived = documents.of(DocumentKind.EVENT_ARCHIVE, NO_OWNER).stream()
                            .anyMatch(archive -> archive.content()
                                    .path(ArchiveDocument.BUS)
                                    .asText()
                                    .equals(bus));
                    if (isArchived) {
                        throw new Invalid("Cannot delete event bus " + bus + " while it has archives.");
                    }
                    documents.change(DocumentKind.EVENT_BUS, NO_OWNER, bus, before -> Optional.empty());
                    return null;
                })
                .compose(gone -> broker.deleteAddress(Topology.busAddress(bus))));
    }

    /** From memory, by name. */
    public List<EventRule> rules(String bus) {
        return documents.of(DocumentKind.EVENT_RULE, bus).stream()
                .map(BusDocument::rule)
                .toList();
    }

    /** From memory; throws Unknown. */
    public EventRule requireRule(String bus, String rule) {
        require(bus);
        return rules(bus).stream()
                .filter(each -> each.name().equals(rule))
                .findFirst()
                .orElseThrow(() -> Unknown.rule(bus, rule));
    }

    /** Makes the rule, or changes the one there is, which keeps its targets. Fails with Unknown or TooMany. */
    public Future<EventRule> putRule(EventRule wanted) {
        return turns.take(() -> change(() -> {
                    require(wanted.bus());
                    List<EventRule> rules = rules(wanted.bus());
                    Optional<EventRule> before = rules.stream()
                            .filter(rule -> rule.name().equals(wanted.name()))
                            .findFirst();
                    if (before.isEmpty() && rules.size() >= MOST_RULES) {
                        throw new TooMany();
                    }
                    return store(new EventRule(
                            wanted.bus(),
                            wanted.name(),
                            wanted.description(),
                            wanted.pattern(),
                            wanted.enabled(),
                            before.map(EventRule::targets).orElseGet(List::of)));
                })
                .compose(rule -> serve(rule).map(served -> rule)));
    }

    /** From the next event on; fails with Unknown. */
    public Future<Void> enable(String bus, String rule, boolean enabled) {
        return turns.take(
                () -> changeRule(bus, rule, before -> before.enabled(enabled)).compose(this::serve));
    }

    /** One that does not exist counts as deleted; fails with Unknown without the bus, Invalid while it has targets. */
    public Future<Void> deleteRule(String bus, String rule) {
        return turns.take(() -> change(() -> {
            require(bus);
            documents.change(DocumentKind.EVENT_RULE, bus, rule, before -> {
                if (before.filter(content -> !content.path("targets").isEmpty()).isPresent()) {
                    throw new Invalid("Rule can't be deleted since it has targets.");
                }
                return Optional.empty();
            });
            return null;
        }));
    }

    /**
     * Adds targets, or replaces those with the same ids.
     *
     * @return succeeds when no event that is put from now on will be missed; fails with Unknown or TooMany
     */
    public Future<Void> putTargets(String bus, String rule, List<RuleTarget> targets) {
        return turns.take(() -> changeRule(bus, rule, before -> {
                    EventRule after = before;
                    for (RuleTarget target : targets) {
                        after = after.withTarget(target);
                    }
                    if (after.targets().size() > MOST_TARGETS) {
                        throw new TooMany();
                    }
                    return after;
                })
                .compose(this::serve));
    }

    /** With all that waits for them; those that do not exist count as removed. Fails with Unknown. */
    public Future<Void> removeTargets(String bus, String rule, List<String> ids) {
        return turns.take(() -> removeNow(requireRule(bus, rule), ids));
    }

    private Future<Void> removeNow(EventRule known, List<String> ids) {
        String bus = known.bus();
        String rule = known.name();
        Future<Void> removed = Future.succeededFuture();
        for (String id : new LinkedHashSet<>(ids)) {
            if (known.target(id).isPresent()) {
                removed = removed.compose(before -> relays.remove(queue(bus, rule, id)));
            }
        }
        return removed.compose(gone -> changeRule(bus, rule, before -> {
                    EventRule after = before;
                    for (String id : ids) {
                        after = after.withoutTarget(id);
                    }
                    return after;
                }))
                .mapEmpty();
    }

    /** @return the event's id, once the broker has it on disk; fails with Unknown */
    public Future<String> put(String bus, BusEntry entry) {
        if (find(bus).isEmpty()) {
            return Future.failedFuture(Unknown.bus(bus));
        }
        String id = RequestIds.next();
        ObjectNode event = BusEvents.of(
                id, entry.time(), entry.source(), entry.detailType(), entry.resources(), entry.detail(), identity);
        Map<String, String> properties = new HashMap<>();
        entry.trace().ifPresent(trace -> properties.put(EventProperties.TRACE, trace));
        return publisher
                .send(Topology.busAddress(bus), EventMessages.durable(id, BusEvents.bytes(event), properties, null))
                .map(accepted -> id);
    }

    private Future<EventRule> changeRule(String bus, String rule, UnaryOperator<EventRule> change) {
        return change(() -> store(change.apply(requireRule(bus, rule))));
    }

    private EventRule store(EventRule rule) {
        documents.change(
                DocumentKind.EVENT_RULE, rule.bus(), rule.name(), before -> Optional.of(BusDocument.write(rule)));
        return rule;
    }

    private Future<Void> serve(EventRule rule) {
        List<Future<Void>> started = new ArrayList<>();
        rule.targets().forEach(target -> started.add(relays.start(plan(rule, target))));
        return Future.all(started).mapEmpty();
    }

    private RelayPlan plan(EventRule rule, RuleTarget target) {
        Supplier<IllegalStateException> damaged = () -> new IllegalStateException("target " + target.id() + " of rule "
                + rule.name() + " has the ARN '" + target.arn()
                + "', expected a function, queue or topic of this account and region");
        RelayTarget to = RelayTarget.parse(target.arn(), identity).orElseThrow(damaged);
        int retries = target.maximumRetries().orElse(RuleTarget.MOST_RETRIES);
        return new RelayPlan(
                Topology.busAddress(rule.bus()),
                queue(rule.bus(), rule.name(), target.id()),
                to,
                new RuleRoute(rule, target, to.kind(), identity),
                new RetryPolicy(retries, retries, target.maximumAge().orElse(RuleTarget.LONGEST_AGE)),
                target.deadLetters().flatMap(arn -> RelayTarget.queue(arn, identity)),
                Map.of("RULE_ARN", arns.rule(rule.bus(), rule.name()), "TARGET_ARN", target.arn()),
                Optional.empty());
    }

    private static String queue(String bus, String rule, String target) {
        return Topology.busAddress(bus) + "/rule/" + rule + "/" + target;
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change, true);
    }
}
