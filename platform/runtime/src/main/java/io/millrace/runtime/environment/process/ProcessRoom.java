package io.millrace.runtime.environment.process;

import io.millrace.core.invocation.InvocationType;
import io.millrace.runtime.environment.EnvironmentPool;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How many processes this machine carries, and how many it initialises at once. A thousand cold starts on two cores
 * would each take so long that all of them fail, and a start on a machine whose cores are busy only takes them from the
 * environments that are there. Callers wait for nobody, so only their number is limited. Thread-safe.
 */
final class ProcessRoom implements EnvironmentPool.Room {
    /** Of the maximum, what is kept for those that somebody needs. */
    private static final int KEPT = 2;

    private final LiveEnvironments live;
    private final int maximum;
    private final int maximumStarting = Runtime.getRuntime().availableProcessors();
    private final Set<EnvironmentPool> pools;
    private final CpuLoad cpu = new CpuLoad();

    /** @param pools whose idle environments may be retired in favour of others */
    ProcessRoom(LiveEnvironments live, int maximum, Set<EnvironmentPool> pools) {
        this.live = live;
        this.maximum = maximum;
        this.pools = pools;
    }

    @Override
    public boolean forOneMore(InvocationType type, boolean isFirst) {
        if (type == InvocationType.EVENT && (live.starting() >= maximumStarting || (!isFirst && cpu.isExhausted()))) {
            return false;
        }
        return live.count() < maximum || longestIdle().isPresent();
    }

    /** Nothing idle has to go for it, and no other is being initialised: events are limited in that. */
    @Override
    public boolean toSpare(boolean isFirst) {
        return live.count() < maximum - KEPT && live.starting() == 0 && (isFirst || !cpu.isExhausted());
    }

    @Override
    public void takeOne() {
        if (live.count() >= maximum) {
            longestIdle().ifPresent(EnvironmentPool::retireLongestIdle);
        }
    }

    private Optional<EnvironmentPool> longestIdle() {
        EnvironmentPool longest = null;
        long since = 0;
        for (EnvironmentPool pool : pools) {
            OptionalLong candidate = pool.longestIdleSince();
            if (candidate.isPresent() && (longest == null || candidate.getAsLong() - since < 0)) {
                longest = pool;
                since = candidate.getAsLong();
            }
        }
        return Optional.ofNullable(longest);
    }
}
