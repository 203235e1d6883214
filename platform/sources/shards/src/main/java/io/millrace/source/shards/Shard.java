package io.millrace.source.shards;

import java.util.Set;

/**
 * @param parents what it was made of; they may be gone already
 */
public record Shard(String id, Set<String> parents) {
    public Shard {
        parents = Set.copyOf(parents);
    }
}
