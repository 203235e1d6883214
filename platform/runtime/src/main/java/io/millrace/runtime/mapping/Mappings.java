package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.RequestIds;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.mapping.MappingRefusedException.MappingExists;
import io.millrace.runtime.mapping.MappingRefusedException.MappingInUse;
import io.millrace.runtime.mapping.MappingRefusedException.MappingUnknown;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps mappings and the pollers of those that are enabled, one change after the other on a thread of its own. While a
 * mapping's poller starts or stops, the mapping refuses any other change.
 */
public final class Mappings implements MappingAdministration {
    private static final Logger LOGGER = LoggerFactory.getLogger(Mappings.class);
    private static final String NO_OWNER = "";
    /** Of a change: longer than any function runs. */
    private static final Duration UNTIL_BATCHES_END = Duration.ofHours(1);

    private final DocumentShelf documents;
    private final SourcePollers pollers;
    private final Clock clock;
    private final WorkerExecutor oneByOne;
    private final Map<String, Kept> mappings = new ConcurrentHashMap<>();
    private final Map<String, MappingCounts> counts = new ConcurrentHashMap<>();
    // Read and written on the thread of changes.
    private boolean closing;

    public Mappings(Vertx vertx, DocumentShelf documents, SourcePollers pollers, Clock clock) {
        this.documents = documents;
        this.pollers = pollers;
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-mappings", 1);
    }

    private record Kept(EventSourceMapping mapping, Optional<SourcePoller> poller) {
        Kept in(MappingState state) {
            return new Kept(mapping.in(state), poller);
        }
    }

    /** Starts to poll for every stored mapping that is enabled; to be called once, before the first change. */
    public Future<Void> resume() {
        return change(() -> {
            for (Document document : documents.of(DocumentKind.EVENT_SOURCE_MAPPING, NO_OWNER)) {
                EventSourceMapping mapping = MappingDocument.read(document);
                MappingDocument.lastResult(document.content()).ifPresent(counts(mapping)::lastResult);
                Kept kept = kept(mapping);
                kept.poller().ifPresent(SourcePoller::start);
                mappings.put(mapping.uuid(), kept);
            }
            pollers.retain(Set.copyOf(mappings.keySet()));
            return null;
        });
    }

    @Override
    public Optional<EventSourceMapping> find(String uuid) {
        return Optional.ofNullable(mappings.get(uuid)).map(Kept::mapping);
    }

    @Override
    public List<EventSourceMapping> all() {
        return mappings.values().stream()
                .map(Kept::mapping)
                .sorted(Comparator.comparing(EventSourceMapping::uuid))
                .toList();
    }

    @Override
    public Optional<String> lastResult(String uuid) {
        return Optional.ofNullable(mappings.get(uuid))
                .flatMap(Kept::poller)
                .flatMap(SourcePoller::lastResult)
                .or(() -> Optional.ofNullable(counts.get(uuid)).flatMap(MappingCounts::lastResult));
    }

    @Override
    public Future<List<MappingStats>> stats() {
        List<Future<MappingStats>> stats = mappings.values().stream()
                .sorted(Comparator.comparing(kept -> kept.mapping().uuid()))
                .map(this::stats)
                .toList();
        return Future.all(stats).map(all -> stats.stream().map(Future::result).toList());
    }

    private Future<MappingStats> stats(Kept kept) {
        EventSourceMapping mapping = kept.mapping();
        return kept.poller()
                .map(SourcePoller::backlog)
                .orElseGet(() -> Future.succeededFuture(OptionalLong.empty()))
                .map(backlog -> new MappingStats(
                        mapping,
                        Optional.ofNullable(counts.get(mapping.uuid()))
                                .orElseGet(MappingCounts::new)
                                .snapshot(),
                        backlog,
                        lastResult(mapping.uuid())));
    }

    private MappingCounts counts(EventSourceMapping mapping) {
        return counts.computeIfAbsent(mapping.uuid(), first -> new MappingCounts());
    }

    @Override
    public Map<String, String> tags(String uuid) {
        return documents
                .find(DocumentKind.EVENT_SOURCE_MAPPING, NO_OWNER, uuid)
                .map(MappingDocument::tags)
                .orElseThrow(() -> new MappingUnknown(uuid));
    }

    @Override
    public Future<Void> tag(String uuid, UnaryOperator<Map<String, String>> change) {
        return change(() -> {
            documents.change(
                    DocumentKind.EVENT_SOURCE_MAPPING,
                    NO_OWNER,
                    uuid,
                    before -> Optional.of(before.map(stored ->
                                    MappingDocument.tagged(stored, change.apply(MappingDocument.tags(stored))))
                            .orElseThrow(() -> new MappingUnknown(uuid))));
            return null;
        });
    }

    @Override
    public Future<EventSourceMapping> create(
            SourceDescription source, MappingSettings settings, boolean enabled, Map<String, String> tags) {
        return pollers.require(source, settings.function())
                .compose(there -> change(() -> {
                    requireOnly(source, settings.function(), Optional.empty());
                    MappingState first = enabled ? MappingState.CREATING : MappingState.DISABLED;
                    EventSourceMapping created =
                            new EventSourceMapping(RequestIds.next(), source, settings, enabled, first, now());
                    return store(created, Optional.empty(), tags);
                }))
                .map(created -> {
                    if (enabled) {
                        replacePoller(created, Optional.empty());
                    }
                    return created;
                });
    }

    @Override
    public Future<EventSourceMapping> update(
            String uuid, UnaryOperator<MappingSettings> change, Optional<Boolean> enabled) {
        return change(() -> {
                    Kept before = requireChangeable(uuid);
                    EventSourceMapping current = before.mapping();
                    MappingSettings settings = change.apply(current.settings());
                    requireOnly(current.source(), settings.function(), Optional.of(uuid));
                    boolean enabledNow = enabled.orElse(current.enabled());
                    MappingState state = enabledNow == current.enabled()
                            ? MappingState.UPDATING
                            : enabledNow ? MappingState.ENABLING : MappingState.DISABLING;
                    EventSourceMapping after =
                            new EventSourceMapping(uuid, current.source(), settings, enabledNow, state, now());
                    return new Change(store(after, before.poller(), tags(uuid)), before.poller());
                })
                .map(changed -> {
                    replacePoller(changed.after(), changed.before());
                    return changed.after();
                });
    }

    private record Change(EventSourceMapping after, Optional<SourcePoller> before) {}

    @Override
    public Future<EventSourceMapping> delete(String uuid) {
        return change(() -> {
                    Kept deleting = requireChangeable(uuid).in(MappingState.DELETING);
                    documents.change(DocumentKind.EVENT_SOURCE_MAPPING, NO_OWNER, uuid, before -> Optional.empty());
                    mappings.put(uuid, deleting);
                    return deleting;
                })
                .map(deleting -> {
                    stop(deleting.poller())
                            .eventually(() -> change(() -> forget(uuid)))
                            .onFailure(failure -> LOGGER.atError()
                                    .addKeyValue(LogKeys.MAPPING, uuid)
                                    .setCause(failure)
                                    .log("what was kept for a mapping not forgotten, the next start will"));
                    return deleting.mapping();
                });
    }

    private Set<String> forget(String uuid) {
        mappings.remove(uuid);
        counts.remove(uuid);
        Set<String> left = Set.copyOf(mappings.keySet());
        pollers.retain(left);
        return left;
    }

    /** Nothing is polled any more; what runs after {@code patience} is given back to its queue. */
    public Future<Void> close(Duration patience) {
        return change(() -> {
                    closing = true;
                    return List.copyOf(mappings.values());
                })
                .compose(all -> {
                    List<Future<Void>> stopped = new ArrayList<>();
                    all.forEach(kept -> kept.poller().ifPresent(poller -> stopped.add(poller.stop(patience))));
                    return Future.join(stopped).<Void>mapEmpty();
                })
                .eventually(() -> change(this::writeLastResults).otherwise(this::notWritten));
    }

    private Set<String> notWritten(Throwable failure) {
        LOGGER.atWarn().setCause(failure).log("how batches of mappings ended last is not written, others will be");
        return Set.of();
    }

    /** Only here and with changes of a mapping: batches may end in either way many times a second. */
    private Set<String> writeLastResults() {
        counts.forEach((uuid, counted) -> documents.change(
                DocumentKind.EVENT_SOURCE_MAPPING,
                NO_OWNER,
                uuid,
                stored -> stored.map(document -> MappingDocument.ended(document, counted.lastResult()))));
        return counts.keySet();
    }

    /** The mapping's last state comes with its new poller. */
    private void replacePoller(EventSourceMapping mapping, Optional<SourcePoller> before) {
        stop(before)
                .compose(stopped -> change(() -> {
                    if (closing) {
                        return Future.<Void>succeededFuture();
                    }
                    Kept after = kept(mapping);
                    mappings.put(mapping.uuid(), after);
                    Future<Void> started =
                            after.poller().map(SourcePoller::start).orElseGet(Future::succeededFuture);
                    MappingState lasting = MappingState.lasting(mapping.enabled());
                    return started.onSuccess(runs -> mappings.put(mapping.uuid(), after.in(lasting)));
                }))
                .compose(started -> started)
                .onFailure(failure -> LOGGER.atError()
                        .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                        .setCause(failure)
                        .log("poller of a mapping not started"));
    }

    private static Future<Void> stop(Optional<SourcePoller> poller) {
        return poller.map(running -> running.stop(UNTIL_BATCHES_END)).orElseGet(Future::succeededFuture);
    }

    private Kept kept(EventSourceMapping mapping) {
        return new Kept(
                mapping, mapping.enabled() ? Optional.of(pollers.poller(mapping, counts(mapping))) : Optional.empty());
    }

    /** @param poller that still runs, for what the mapping was before */
    private EventSourceMapping store(
            EventSourceMapping mapping, Optional<SourcePoller> poller, Map<String, String> tags) {
        ObjectNode tagged = MappingDocument.tagged(MappingDocument.write(mapping), tags);
        ObjectNode document = MappingDocument.ended(tagged, counts(mapping).lastResult());
        documents.change(DocumentKind.EVENT_SOURCE_MAPPING, NO_OWNER, mapping.uuid(), before -> Optional.of(document));
        mappings.put(mapping.uuid(), new Kept(mapping, poller));
        return mapping;
    }

    private Kept requireChangeable(String uuid) {
        Kept kept = mappings.get(uuid);
        if (kept == null) {
            throw new MappingUnknown(uuid);
        }
        if (!kept.mapping().state().isLasting()) {
            throw new MappingInUse(kept.mapping());
        }
        return kept;
    }

    private void requireOnly(SourceDescription source, FunctionArn function, Optional<String> self) {
        all().stream()
                .filter(other -> !self.equals(Optional.of(other.uuid())))
                .filter(other -> isSame(other.source(), source))
                .filter(other -> other.settings().function().equals(function))
                .findFirst()
                .ifPresent(existing -> {
                    throw new MappingExists(existing);
                });
    }

    /** Whichever way it is read: what is left out here, AWS does not look at either. */
    private static boolean isSame(SourceDescription one, SourceDescription other) {
        return one.arn().equals(other.arn())
                && one.bootstrapServers().equals(other.bootstrapServers())
                && one.topics().equals(other.topics())
                && one.queues().equals(other.queues());
    }

    /** The database keeps milliseconds. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change);
    }
}
