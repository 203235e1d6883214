package io.millrace.runtime.deployment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.observe.LogKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Environments of a version whose code is loaded when it is first used, and let go of again when it is not: a function
 * may have thousands of versions. Thread-safe; its lock is never held while code is loaded.
 */
final class LazyEnvironments implements FunctionEnvironments {
    private static final Logger LOGGER = LoggerFactory.getLogger(LazyEnvironments.class);

    private final Supplier<FunctionEnvironments> load;
    private final boolean inThisProcess;
    private final Executor threads;
    private final Function<RuntimeException, FunctionError> describe;

    private final Object lock = new Object();
    private final List<Waiting> waiting = new ArrayList<>();
    private @Nullable FunctionEnvironments loaded;
    private int provisioned;
    private AllocationListener progress = AllocationListener.NOBODY;
    private long lastUsedNanos = System.nanoTime();
    private boolean loading;
    private boolean failedToLoad;
    private boolean closed;

    /**
     * @param load blocks on the disk
     * @param inThisProcess whether what it loads runs in this JVM
     * @param threads to load on
     * @param describe what an attempt ends with when loading fails
     */
    LazyEnvironments(
            Supplier<FunctionEnvironments> load,
            boolean inThisProcess,
            Executor threads,
            Function<RuntimeException, FunctionError> describe) {
        this.load = load;
        this.inThisProcess = inThisProcess;
        this.threads = threads;
        this.describe = describe;
    }

    private record Waiting(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {}

    /** Loads now; blocks on the disk. */
    LazyEnvironments loadNow() {
        FunctionEnvironments made = load.get();
        synchronized (lock) {
            loaded = made;
        }
        return this;
    }

    @Override
    public void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {
        synchronized (lock) {
            lastUsedNanos = System.nanoTime();
            if (loaded != null) {
                loaded.run(
                        invocation,
                        capacity,
                        caller,
                        whenEnded); // Under the lock, or it might be let go of in between.
                return;
            }
            if (closed) {
                throw new IllegalStateException("the environments of " + invocation.arn() + " are closed");
            }
            waiting.add(new Waiting(invocation, capacity, caller, whenEnded));
            startLoading();
        }
    }

    @Override
    public void provision(int environments, AllocationListener listener) {
        synchronized (lock) {
            provisioned = environments;
            progress = listener;
            if (loaded != null) {
                loaded.provision(environments, listener);
            } else if (environments > 0 && !closed) {
                startLoading();
            } else {
                listener.available(0);
            }
        }
    }

    private void startLoading() {
        if (!loading) {
            loading = true;
            threads.execute(this::loadForAll);
        }
    }

    private void loadForAll() {
        FunctionEnvironments made;
        try {
            made = load.get();
        } catch (RuntimeException failed) {
            LOGGER.atWarn().addKeyValue(LogKeys.REASON, failed.getMessage()).log("code of a version cannot be loaded");
            endAll(describe.apply(failed));
            return;
        }
        synchronized (lock) {
            loading = false;
            failedToLoad = false;
            loaded = made;
            if (provisioned > 0) {
                made.provision(provisioned, progress);
            }
            waiting.forEach(each -> made.run(each.invocation(), each.capacity(), each.caller(), each.whenEnded()));
            waiting.clear();
            if (closed) {
                made.close();
                loaded = null;
            }
        }
    }

    private void endAll(FunctionError error) {
        List<Waiting> ended;
        synchronized (lock) {
            loading = false;
            failedToLoad = true;
            ended = List.copyOf(waiting);
            waiting.clear();
            if (provisioned > 0) {
                progress.failed("FUNCTION_ERROR_INIT_FAILURE");
            }
        }
        ended.forEach(each -> each.whenEnded().accept(error));
    }

    /** Lets go of code that no environment holds any more. */
    void unloadIfUnusedFor(Duration time) {
        synchronized (lock) {
            boolean unused = System.nanoTime() - lastUsedNanos > time.toNanos();
            if (loaded != null && unused && provisioned == 0 && loaded.count() == 0) {
                loaded.close();
                loaded = null;
            }
        }
    }

    @Override
    public boolean hasRoom(InvocationType type) {
        synchronized (lock) {
            return loaded == null || loaded.hasRoom(type);
        }
    }

    /** Only the code, once loaded, knows; code that could not be loaded ends an attempt without any environment. */
    @Override
    public boolean hasRoomToSpare() {
        synchronized (lock) {
            if (loaded != null) {
                return loaded.hasRoomToSpare();
            }
            if (inThisProcess || failedToLoad || closed) {
                return true;
            }
            lastUsedNanos = System.nanoTime();
            startLoading();
            return false;
        }
    }

    @Override
    public boolean inThisProcess() {
        return inThisProcess;
    }

    @Override
    public int count() {
        synchronized (lock) {
            return loaded == null ? 0 : loaded.count();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (loaded != null) {
                loaded.close();
                loaded = null;
            }
        }
    }
}
