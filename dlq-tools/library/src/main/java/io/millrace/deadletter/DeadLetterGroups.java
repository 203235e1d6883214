package io.millrace.deadletter;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The dead letters of a queue by what they have in common.
 *
 * @param groups the largest first, 1,000 at most
 * @param others how many are in none of these
 * @param scan what was looked at, and whether that was all
 */
public record DeadLetterGroups(List<DeadLetterGroup> groups, long others, ScanResult scan) {
    private static final int MOST = 1_000;

    /** Takes any number of dead letters into bounded memory. Not thread-safe. */
    static final class Collector {
        // More than are shown, as which are the largest shows only at the end.
        private static final int COUNTED = 10_000;
        private static final int SHOWN_MEANWHILE = 10;
        private static final int LOOKED_AT = 256;
        private static final long PROGRESS_NANOS = Duration.ofMillis(500).toNanos();
        private static final Comparator<DeadLetterGroup.Collector> LARGEST_FIRST = Comparator.comparingLong(
                        DeadLetterGroup.Collector::count)
                .reversed()
                .thenComparing(DeadLetterGroup.Collector::firstSample);

        private final Function<DeadLetter, String> keyOf;
        private final long total;
        private final Consumer<GroupsProgress> progress;
        private final Map<String, DeadLetterGroup.Collector> groups = new HashMap<>();
        private long seen;
        private long toldAt;
        private boolean told;

        Collector(GroupBy by, long total, Consumer<GroupsProgress> progress) {
            this.keyOf = by.key();
            this.total = total;
            this.progress = progress;
        }

        void add(DeadLetter letter) {
            String key = keyOf.apply(letter);
            DeadLetterGroup.Collector group = groups.get(key);
            if (group == null && groups.size() < COUNTED) {
                group = new DeadLetterGroup.Collector(key, letter);
                groups.put(key, group);
            }
            if (group != null) {
                group.add(letter);
            }
            seen++;
            tell();
        }

        private void tell() {
            // The clock is not for every one.
            if (seen % LOOKED_AT == 0 && (!told || System.nanoTime() - toldAt > PROGRESS_NANOS)) {
                told = true;
                toldAt = System.nanoTime();
                progress.accept(
                        new GroupsProgress(seen, total, largest(SHOWN_MEANWHILE).toList()));
            }
        }

        private Stream<DeadLetterGroup> largest(int most) {
            return groups.values().stream().sorted(LARGEST_FIRST).limit(most).map(DeadLetterGroup.Collector::group);
        }

        DeadLetterGroups groups(ScanResult scan) {
            List<DeadLetterGroup> largest = largest(MOST).toList();
            long shown = largest.stream().mapToLong(DeadLetterGroup::count).sum();
            return new DeadLetterGroups(largest, seen - shown, scan);
        }
    }
}
