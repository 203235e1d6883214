package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Takes the first look at all dead-letter queues of a broker: counts twice, so that it can tell what comes in. */
final class Overview {
    private static final int MOST_ORIGINS = 100;

    private final AsyncDeadLetters deadLetters;
    private final Vertx vertx;
    private final DeadLetterAddresses addresses;
    private final Duration between;

    Overview(AsyncDeadLetters deadLetters, Vertx vertx, DeadLetterAddresses addresses, Duration between) {
        this.deadLetters = deadLetters;
        this.vertx = vertx;
        this.addresses = addresses;
        this.between = between;
    }

    Future<List<QueueOverview>> look() {
        return addresses.find().compose(found -> {
            long counted = System.nanoTime();
            Map<String, Instant> oldest = new HashMap<>();
            return oldest(found.queues(), oldest)
                    .compose(known -> rest(counted))
                    .compose(waited -> addresses.queues())
                    .map(later -> rows(found, later, oldest, System.nanoTime() - counted));
        });
    }

    private Future<Void> oldest(List<QueueState> queues, Map<String, Instant> oldest) {
        int[] next = {0};
        return Steps.repeat(() -> {
            while (next[0] < queues.size() && queues.get(next[0]).messages() == 0) {
                next[0]++;
            }
            if (next[0] >= queues.size()) {
                return Future.succeededFuture(false);
            }
            DeadLetterQueue queue = DeadLetterQueue.of(queues.get(next[0]++));
            return oldest(queue).map(found -> {
                found.ifPresent(time -> oldest.put(queue.name(), time));
                return true;
            });
        });
    }

    private Future<Optional<Instant>> oldest(DeadLetterQueue queue) {
        List<DeadLetter> first = new ArrayList<>();
        return deadLetters
                .look(queue, Selection.ALL, Look.HEADS.atMost(1), first::add)
                .map(seen -> first.stream().findFirst().flatMap(letter -> letter.diedAt()
                        .or(letter::firstSeen)))
                // A queue that is gone meanwhile, or that this user may not read.
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(failure));
    }

    private Future<Void> rest(long counted) {
        long left = between.minusNanos(System.nanoTime() - counted).toMillis();
        return left <= 0
                ? Future.succeededFuture()
                : vertx.timer(left, TimeUnit.MILLISECONDS).mapEmpty();
    }

    private static List<QueueOverview> rows(
            DeadLetterAddresses.Found found, List<QueueState> later, Map<String, Instant> oldest, long nanos) {
        Map<String, QueueState> now = new HashMap<>();
        later.forEach(queue -> now.put(queue.name(), queue));
        return found.queues().stream()
                .filter(queue -> now.containsKey(queue.name()))
                .map(before -> row(before, now.getOrDefault(before.name(), before), found, oldest, nanos))
                .toList();
    }

    private static QueueOverview row(
            QueueState before,
            QueueState after,
            DeadLetterAddresses.Found found,
            Map<String, Instant> oldest,
            long nanos) {
        DeadLetterQueue queue = DeadLetterQueue.of(after);
        Set<String> origins = found.origins().getOrDefault(after.address(), Set.of());
        return new QueueOverview(
                queue,
                origins.stream().limit(MOST_ORIGINS).toList(),
                Optional.ofNullable(oldest.get(after.name())),
                Math.max(0, after.added() - before.added()) * 1e9 / Math.max(1, nanos));
    }
}
