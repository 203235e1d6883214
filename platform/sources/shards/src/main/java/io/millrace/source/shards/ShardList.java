package io.millrace.source.shards;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which shards there are, as a service lists them, that may once answer nonsense: a shard is gone when two lists in a row
 * are without it, and a list without any shard tells nothing. For one thread.
 */
final class ShardList {
    private Map<String, Shard> listed = Map.of();
    private Set<String> missing = Set.of();

    /** That are listed, or were until the last list. */
    List<Shard> shards() {
        return List.copyOf(listed.values());
    }

    /** Listed, or missing in one list only. */
    boolean mayExist(String shard) {
        return listed.containsKey(shard) || missing.contains(shard);
    }

    /**
     * @param known shards of which something is kept
     * @return those of them that are gone
     */
    Set<String> take(List<Shard> list, Set<String> known) {
        if (list.isEmpty()) {
            return Set.of();
        }
        Map<String, Shard> now = new LinkedHashMap<>();
        list.forEach(shard -> now.put(shard.id(), shard));
        Set<String> missingNow = new HashSet<>(known);
        missingNow.addAll(listed.keySet());
        missingNow.removeAll(now.keySet());
        Set<String> gone = new HashSet<>(missingNow);
        gone.retainAll(missing);
        missingNow.removeAll(gone);
        for (String shard : missingNow) {
            if (listed.containsKey(shard)) {
                now.put(shard, listed.get(shard));
            }
        }
        listed = now;
        missing = missingNow;
        return gone;
    }
}
