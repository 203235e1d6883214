package io.millrace.runtime.eventbus;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusRefusedException.Exists;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Keeps archives: each has a queue on its bus and a relay that moves what it wants to a store of its own, where the
 * broker drops what is too old. Thread-safe; nothing blocks.
 */
public final class Archives {
    private static final String NO_OWNER = "";
    /** Nothing is given up: the store is the broker's own. */
    private static final RetryPolicy ALWAYS =
            new RetryPolicy(Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ofDays(36_500));

    private final DocumentShelf documents;
    private final EventBuses buses;
    private final BrokerManagement broker;
    private final Relays relays;
    private final IdentitySettings identity;
    private final BusArns arns;
    private final WorkerExecutor oneByOne;
    private final Turns turns = new Turns();

    public Archives(
            Vertx vertx,
            DocumentShelf documents,
            EventBuses buses,
            BrokerManagement broker,
            Relays relays,
            IdentitySettings identity) {
        this.documents = documents;
        this.buses = buses;
        this.broker = broker;
        this.relays = relays;
        this.identity = identity;
        this.arns = new BusArns(identity);
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-archives", 1);
    }

    /** As {@link EventBuses#resume}, after it. */
    public Future<Void> resume() {
        return turns.take(this::serveAll);
    }

    private Future<Void> serveAll() {
        List<Future<Archive>> started = new ArrayList<>();
        all().forEach(archive -> started.add(serve(archive)));
        return Future.all(started).mapEmpty();
    }

    /** From memory, by name. */
    public List<Archive> all() {
        return documents.of(DocumentKind.EVENT_ARCHIVE, NO_OWNER).stream()
                .map(stored -> ArchiveDocument.archive(stored.name(), stored.content()))
                .toList();
    }

    /** From memory; throws Unknown. */
    public Archive require(String archive) {
        return documents
                .find(DocumentKind.EVENT_ARCHIVE, NO_OWNER, archive)
                .map(content -> ArchiveDocument.archive(archive, content))
                .orElseThrow(() -> Unknown.archive(archive));
    }

    /** Events that are kept now. */
    public Future<Long> count(String archive) {
        return broker.findQueue(Topology.archiveAddress(archive))
                .map(found -> found.map(QueueState::messages).orElse(0L));
    }

    /** @return succeeds when no event that is put from now on will be missed; fails with Unknown or Exists */
    public Future<Archive> create(Archive archive) {
        return turns.take(() -> change(() -> {
                    buses.require(archive.bus());
                    documents.change(DocumentKind.EVENT_ARCHIVE, NO_OWNER, archive.name(), before -> {
                        if (before.isPresent()) {
                            throw Exists.archive(archive.name());
                        }
                        return Optional.of(ArchiveDocument.write(archive));
                    });
                    return archive;
                })
                .compose(this::serve));
    }

    /** With all that it keeps; fails with Unknown. */
    public Future<Void> delete(String name) {
        return turns.take(() -> deleteNow(require(name)));
    }

    private Future<Void> deleteNow(Archive archive) {
        String name = archive.name();
        return relays.remove(queue(archive))
                .compose(removed -> broker.deleteAddress(Topology.archiveAddress(name)))
                .compose(deleted -> change(() -> {
                    documents.change(DocumentKind.EVENT_ARCHIVE, NO_OWNER, name, before -> Optional.empty());
                    return null;
                }));
    }

    private Future<Archive> serve(Archive archive) {
        RelayPlan plan = new RelayPlan(
                Topology.busAddress(archive.bus()),
                queue(archive),
                RelayTarget.archive(arns.archive(archive.name()), archive.name()),
                new ArchiveRoute(archive, identity),
                ALWAYS,
                Optional.empty(),
                Map.of(),
                archive.retentionDays() == 0
                        ? Optional.empty()
                        : Optional.of(Duration.ofDays(archive.retentionDays())));
        return broker.createQueue(new QueueSpec(Topology.archiveAddress(archive.name()), true))
                .compose(made -> relays.start(plan))
                .map(started -> archive);
    }

    private static String queue(Archive archive) {
        return Topology.busAddress(archive.bus()) + "/archive/" + archive.name();
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change, true);
    }
}
