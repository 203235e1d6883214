package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.GroupsProgress;
import io.millrace.deadletter.ScanResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One counting of a queue's groups, which all see who ask for the same. Event loop only. */
final class GroupScan {
    private static final int SHOWN = 200;
    /** For an answer without news: a caller must see that it is still going on. */
    private static final long PATIENCE_MILLIS = 10_000;
    /** Whoever looks asks again at once; nobody did for so long means that nobody looks. */
    private static final long ABANDONED_NANOS = Duration.ofSeconds(5).toNanos();
    // What took long is worth keeping longer.
    private static final long KEPT_PER_TOOK = 20;
    private static final long LEAST_KEPT_NANOS = Duration.ofMillis(500).toNanos();
    private static final long MOST_KEPT_NANOS = Duration.ofSeconds(60).toNanos();

    private final String id;
    private final DeadLetterQueue queue;
    private final LongSupplier nanos;
    private final long startedNanos;
    private long askedNanos;
    private long endedNanos;
    private Instant countedAt = Instant.now();
    private long version = 1;
    private final Promise<DeadLetterGroups> all = Promise.promise();
    private List<Promise<Void>> watching = new ArrayList<>();
    private @Nullable GroupsProgress soFar;
    private @Nullable DeadLetterGroups found;
    private @Nullable Throwable failure;
    private boolean isAbandoned;

    /** @param nanos as System.nanoTime */
    GroupScan(String id, DeadLetterQueue queue, LongSupplier nanos) {
        this.id = id;
        this.queue = queue;
        this.nanos = nanos;
        this.startedNanos = nanos.getAsLong();
        this.askedNanos = startedNanos;
    }

    String id() {
        return id;
    }

    /** Thrown into the looking to end it. */
    static final class AbandonedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        AbandonedException() {
            super("nobody looks any more");
        }
    }

    /** @throws AbandonedException if nobody wants to know */
    void progress(GroupsProgress progress) {
        if (watching.isEmpty() && nanos.getAsLong() - askedNanos > ABANDONED_NANOS) {
            isAbandoned = true;
            throw new AbandonedException();
        }
        soFar = progress;
        changed();
    }

    void ended(DeadLetterGroups counted) {
        found = counted;
        over();
        all.tryComplete(counted);
    }

    void failed(Throwable why) {
        failure = why;
        over();
        all.tryFail(why);
    }

    private void over() {
        endedNanos = nanos.getAsLong();
        countedAt = Instant.now();
        changed();
    }

    /** When all are counted; fails as the looking did. */
    Future<DeadLetterGroups> all() {
        return all.future();
    }

    /** What was told last; empty before that. */
    Optional<GroupsProgress> soFar() {
        return Optional.ofNullable(soFar);
    }

    /** Somebody waits for it. */
    void wanted() {
        askedNanos = nanos.getAsLong();
    }

    private void changed() {
        version++;
        List<Promise<Void>> told = watching;
        watching = new ArrayList<>();
        told.forEach(Promise::tryComplete);
    }

    boolean isRunning() {
        return found == null && failure == null && !isAbandoned;
    }

    /** Whether who asks now may still have what was counted then. */
    boolean isFresh() {
        long kept = Math.max(LEAST_KEPT_NANOS, Math.min(MOST_KEPT_NANOS, KEPT_PER_TOOK * (endedNanos - startedNanos)));
        return isRunning() || (failure == null && nanos.getAsLong() - endedNanos < kept);
    }

    /**
     * When there is more to tell than what was {@code told}, or it took long; fails as the looking did.
     *
     * @param told a version; 0 for none
     */
    Future<ObjectNode> after(long told, Vertx vertx) {
        wanted();
        if (version > told && (soFar != null || !isRunning())) {
            return answer();
        }
        Promise<Void> news = Promise.promise();
        watching.add(news);
        long late = vertx.setTimer(PATIENCE_MILLIS, due -> news.tryComplete());
        news.future().onComplete(done -> vertx.cancelTimer(late));
        return news.future().compose(changed -> answer());
    }

    private Future<ObjectNode> answer() {
        Throwable why = failure;
        return why != null ? Future.failedFuture(why) : Future.succeededFuture(json());
    }

    private ObjectNode json() {
        ObjectNode node = Words.object()
                .put("scan", id)
                .put("version", version)
                .put("queue", queue.name())
                .put("function", queue.function().map(Object::toString).orElse(null))
                .put("done", found != null);
        DeadLetterGroups counted = found;
        GroupsProgress part = soFar;
        if (counted != null) {
            scan(node, counted.scan())
                    .put("countedAt", countedAt.toString())
                    .put(
                            "tookMillis",
                            Duration.ofNanos(endedNanos - startedNanos).toMillis());
            groups(node, counted.groups(), counted.others());
        } else if (part != null) {
            long shown = part.soFar().stream().mapToLong(DeadLetterGroup::count).sum();
            node.put("seen", part.seen()).put("total", part.total());
            groups(node, part.soFar(), part.seen() - shown);
        }
        return node;
    }

    private static ObjectNode scan(ObjectNode node, ScanResult scan) {
        return node.put("seen", scan.seen())
                .put("matched", scan.matched())
                .put("total", Math.max(scan.seen(), scan.visible()))
                .put("hidden", scan.hidden())
                .put("unread", scan.unread())
                .put("exact", scan.isExact())
                .put("partial", scan.isPartial());
    }

    private static void groups(ObjectNode node, List<DeadLetterGroup> groups, long alreadyOthers) {
        ArrayNode shown = node.putArray("groups");
        long others = alreadyOthers;
        for (DeadLetterGroup group : groups) {
            if (shown.size() < SHOWN) {
                shown.add(Words.group(group));
            } else {
                others += group.count();
            }
        }
        node.put("others", others);
    }
}
