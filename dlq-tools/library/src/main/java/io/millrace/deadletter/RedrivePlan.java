package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a redrive found when it began: how many go where, and by what to tell them from messages that die later. A
 * message that dies again while it runs matches no more: if its worker wrote it, it died later than all that were
 * found; if the broker moved it, it had a higher number. And there are never more moved than were found, which also
 * holds where workers' clocks differ, since the dead queue up behind those found.
 */
final class RedrivePlan {
    private static final String NUMBER = "_AMQ_ORIG_MESSAGE_ID";

    private final String queue;
    private final Optional<String> fixedTarget;
    private final String selector;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private long withoutOrigin;

    /** @param fixedTarget where all go; empty for the queue each died in */
    RedrivePlan(String queue, Optional<String> fixedTarget, String selector) {
        this.queue = queue;
        this.fixedTarget = fixedTarget;
        this.selector = selector;
    }

    void add(DeadLetter letter) {
        Optional<String> target = fixedTarget.or(letter::origin);
        if (target.isEmpty()) {
            withoutOrigin++;
        } else {
            routes.computeIfAbsent(target.get(), Route::new).add(letter);
        }
    }

    List<Route> routes() {
        return List.copyOf(routes.values());
    }

    long planned() {
        return routes.values().stream().mapToLong(route -> route.planned).sum();
    }

    RedriveResult result(long moved) {
        List<RedriveResult.Route> parts = routes.values().stream()
                .map(route -> new RedriveResult.Route(route.target, route.planned))
                .toList();
        return new RedriveResult(moved, planned(), withoutOrigin, parts);
    }

    /** Those that go to one queue. */
    final class Route {
        private final String target;
        private long planned;
        private long lastDeath = -1;
        private long lastNumber = -1;

        private Route(String target) {
            this.target = target;
        }

        private void add(DeadLetter letter) {
            planned++;
            Optional<Cause> written = letter.cause().or(letter::earlierCause);
            lastDeath = Math.max(
                    lastDeath,
                    written.map(cause -> cause.diedAt().toEpochMilli()).orElse(-1L));
            lastNumber = Math.max(lastNumber, letter.brokerNumber().orElse(-1));
        }

        String queue() {
            return queue;
        }

        String target() {
            return target;
        }

        long planned() {
            return planned;
        }

        String selector() {
            List<String> parts = new ArrayList<>();
            if (!selector.isEmpty()) {
                parts.add(selector);
            }
            if (fixedTarget.isEmpty()) {
                parts.add(EventProperties.ORIGIN_QUEUE + " = " + Selection.quoted(target));
            }
            parts.add(upTo(EventProperties.DIED_AT, lastDeath));
            parts.add(upTo(NUMBER, lastNumber));
            return String.join(" AND ", parts);
        }

        private static String upTo(String property, long last) {
            String absent = property + " IS NULL";
            return last < 0 ? absent : "(" + absent + " OR " + property + " <= " + last + ")";
        }
    }
}
