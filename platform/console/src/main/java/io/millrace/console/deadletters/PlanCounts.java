package io.millrace.console.deadletters;

import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.GroupBy;
import io.millrace.deadletter.GroupsProgress;
import io.millrace.deadletter.MatchCounts;
import io.millrace.deadletter.Selection;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts for a plan what only looking at each can tell: by the groups that the page shows beside it where they say it,
 * else by a counting of its own. Event loop only.
 */
final class PlanCounts implements MatchCounts {
    private static final int WHOLE_FINGERPRINT = 12;
    private static final String NONE = "";
    private static final String UNKNOWN_ORIGIN = "-";
    private static final GroupBy ORIGIN = GroupBy.parse("origin");

    private final GroupScans scans;
    private final DeadLetterQueue queue;
    private final Selection selection;
    private @Nullable GroupScan underWay;
    private ToLongFunction<List<DeadLetterGroup>> matching = groups -> 0;

    PlanCounts(GroupScans scans, DeadLetterQueue queue, Selection selection) {
        this.scans = scans;
        this.queue = queue;
        this.selection = selection;
    }

    /** What is known while it is not all counted. */
    record SoFar(long atLeast, long seen, long total) {}

    @Override
    public Future<Long> all() {
        String group = selection.group().orElse(NONE);
        Optional<GroupScan> shown = group.length() == WHOLE_FINGERPRINT
                ? scans.known(queue.name(), GroupBy.CAUSE, selection.ofAnyGroup())
                : Optional.empty();
        return shown.isEmpty()
                ? sumOfOrigins()
                : ended(shown.get(), groups -> countOf(groups, group))
                        .compose(all ->
                                isAll(all) ? Future.succeededFuture(countOf(all.groups(), group)) : sumOfOrigins());
    }

    private static boolean isAll(DeadLetterGroups all) {
        return !all.scan().isPartial() && all.scan().unread() == 0 && all.others() == 0;
    }

    private static long countOf(List<DeadLetterGroup> groups, String fingerprint) {
        return groups.stream()
                .filter(each -> each.key().equals(fingerprint))
                .mapToLong(DeadLetterGroup::count)
                .sum();
    }

    private Future<Long> sumOfOrigins() {
        return byOrigin()
                .map(counts ->
                        counts.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public Future<Map<String, Long>> byOrigin() {
        return scans.known(queue.name(), ORIGIN, selection)
                .map(Future::succeededFuture)
                .orElseGet(() -> scans.counting(queue, ORIGIN, selection))
                .compose(scan -> ended(scan, PlanCounts::sum))
                .map(PlanCounts::byOrigin);
    }

    private static long sum(List<DeadLetterGroup> groups) {
        return groups.stream().mapToLong(DeadLetterGroup::count).sum();
    }

    private static Map<String, Long> byOrigin(DeadLetterGroups all) {
        Map<String, Long> counts = new HashMap<>();
        all.groups().forEach(each -> counts.merge(origin(each), each.count(), Long::sum));
        counts.merge(NONE, all.others(), Long::sum);
        return counts;
    }

    private static String origin(DeadLetterGroup group) {
        return group.key().equals(UNKNOWN_ORIGIN) ? NONE : group.key();
    }

    private Future<DeadLetterGroups> ended(GroupScan scan, ToLongFunction<List<DeadLetterGroup>> counts) {
        underWay = scan;
        matching = counts;
        scan.wanted();
        return scan.all();
    }

    /** That somebody still wants to know; empty where nothing is known yet. */
    Optional<SoFar> wanted() {
        GroupScan scan = underWay;
        if (scan == null) {
            return Optional.empty();
        }
        scan.wanted();
        return scan.soFar().map(this::soFar);
    }

    private SoFar soFar(GroupsProgress progress) {
        return new SoFar(matching.applyAsLong(progress.soFar()), progress.seen(), progress.total());
    }
}
