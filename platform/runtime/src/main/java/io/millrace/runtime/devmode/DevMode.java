package io.millrace.runtime.devmode;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.FunctionAdministration;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server for one developer: remembers what functions are made of, looks at it five times a second, and redeploys what
 * has changed. Thread-safe; one thread of its own, {@code millrace-dev-mode}, does all that blocks.
 */
public final class DevMode implements Shareable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DevMode.class);
    private static final String MAP = "io.millrace.devmode";
    private static final String ONLY = "only";
    private static final long PERIOD_MILLIS = 200;
    private static final long PATIENCE_SECONDS = 5;

    private final Vertx vertx;
    private final Watcher watcher;
    private final ScheduledExecutorService thread;

    private DevMode(Vertx vertx, Watcher watcher) {
        this.vertx = vertx;
        this.watcher = watcher;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "millrace-dev-mode");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts to watch what is remembered. Blocking.
     *
     * @param memory file that remembers the sources, in a directory that exists
     * @throws DevModeRefusedException if the file is there and cannot be read
     */
    public static DevMode start(Vertx vertx, FunctionAdministration functions, Packing packing, Path memory) {
        DevMode devMode = new DevMode(vertx, new Watcher(functions, packing, new SourcesFile(memory)));
        var unused = devMode.thread.scheduleWithFixedDelay(devMode::poll, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        shared(vertx).put(ONLY, devMode);
        return devMode;
    }

    /** The one of a platform, if it is in development mode. */
    public static Optional<DevMode> of(Vertx vertx) {
        return Optional.ofNullable(shared(vertx).get(ONLY));
    }

    /**
     * Who can reach the door can have any file of this machine deployed.
     *
     * @throws DevModeRefusedException if others than this machine can
     */
    public static void requireLoopback(InetSocketAddress door) {
        if (door.isUnresolved() || !door.getAddress().isLoopbackAddress()) {
            throw new DevModeRefusedException("HTTP would listen on '" + door.getHostString()
                    + "', expected a loopback address such as 127.0.0.1 in development mode (--dev)");
        }
    }

    /**
     * Redeploys a function from now on when its source changes; at once if it is other code than what runs.
     *
     * @param path absolute, of a file or folder
     * @return completes on the caller's context when it is remembered
     */
    public Future<Void> watch(FunctionName function, Path path) {
        Source source = new Source(path, Optional.empty());
        return Future.fromCompletionStage(
                CompletableFuture.runAsync(() -> watcher.watch(function, source), thread), vertx.getOrCreateContext());
    }

    private void poll() {
        try {
            watcher.poll();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException fault) {
            // The edge of this thread; it goes on, as a server does after a request that failed.
            LOGGER.atError().setCause(fault).log("watching failed by a fault of the platform");
        }
    }

    /** A redeployment under way may still take place. Blocks until the watching has ended. */
    @Override
    public void close() {
        shared(vertx).remove(ONLY);
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.atWarn().log("watching did not end in time");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static LocalMap<String, DevMode> shared(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }
}
