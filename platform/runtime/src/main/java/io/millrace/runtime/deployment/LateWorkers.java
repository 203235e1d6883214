package io.millrace.runtime.deployment;

import io.millrace.core.function.FunctionName;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The functions whose turn comes after the start: to attach a worker to their queues, which may happen before if
 * somebody uses one of them, and to look at their policy. Thread-safe.
 */
final class LateWorkers {
    /** Few enough that other changes of functions hardly wait, and enough that one round trip to the broker is shared. */
    private static final int BATCH = 100;

    private final Set<FunctionName> unattached = ConcurrentHashMap.newKeySet();
    private final Queue<FunctionName> turns = new ConcurrentLinkedQueue<>();
    private final Queue<FunctionName> putOff = new ConcurrentLinkedQueue<>();

    void add(Collection<FunctionName> inOrder) {
        unattached.addAll(inOrder);
        turns.addAll(inOrder);
    }

    /** Whether the function still has to be attached; true once. */
    boolean take(FunctionName name) {
        // Looked at for every event: mostly there is none left.
        return !unattached.isEmpty() && unattached.remove(name);
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Those whose turn it is, until they are {@link #done}. */
    List<FunctionName> next() {
        return turns.stream().limit(BATCH).toList();
    }

    /** Its turn did not work; the others must not wait for it. It has none until {@link #tryAgain}. */
    void putOff(FunctionName name) {
        if (turns.remove(name)) {
            putOff.add(name);
        }
    }

    /** Those put off come after all others. */
    void tryAgain() {
        for (FunctionName name = putOff.poll(); name != null; name = putOff.poll()) {
            turns.add(name);
        }
    }

    void done(List<FunctionName> batch) {
        batch.forEach(name -> {
            unattached.remove(name);
            turns.remove(name);
        });
    }
}
