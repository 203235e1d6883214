package io.millrace.deadletter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dead letters of a queue by cause.
 *
 * @param groups the largest first, 1,000 at most
 * @param others how many have causes beyond these
 */
public record DeadLetterGroups(List<DeadLetterGroup> groups, long others) {
    private static final int MOST = 1_000;

    /** Takes any number of dead letters into bounded memory. Not thread-safe. */
    static final class Collector {
        private final Map<String, DeadLetterGroup> groups = new HashMap<>();
        private long others;

        void add(DeadLetter letter) {
            String key = letter.cause()
                    .map(cause -> "f" + cause.fingerprint() + cause.errorType())
                    .orElseGet(() -> "o" + letter.origin().orElse(""));
            DeadLetterGroup known = groups.get(key);
            if (known == null && groups.size() == MOST) {
                others++;
            } else {
                groups.put(key, known == null ? DeadLetterGroup.of(letter) : known.and(letter));
            }
        }

        DeadLetterGroups groups() {
            List<DeadLetterGroup> sorted = new ArrayList<>(groups.values());
            sorted.sort(Comparator.comparingLong(DeadLetterGroup::count)
                    .reversed()
                    .thenComparing(DeadLetterGroup::sampleId));
            return new DeadLetterGroups(List.copyOf(sorted), others);
        }
    }
}
