package io.millrace.runtime.environment.process;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What all process environments of a server share.
 *
 * @param initLimit of an initialisation on demand
 * @param extensionsEnd what external extensions have after they were told of the end
 * @param threads gives each task a thread of its own
 */
record ProcessParts(
        Vertx vertx,
        ProcessOptions options,
        Directories directories,
        RuntimeFiles files,
        Runtimes runtimes,
        Launcher launcher,
        MemoryLimit memory,
        Duration initLimit,
        Duration extensionsEnd,
        LiveEnvironments live,
        Executor threads,
        FunctionLogSink sink) {}
