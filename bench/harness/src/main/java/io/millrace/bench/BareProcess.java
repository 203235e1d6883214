package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One process of the same runtime client as the platform's, with the same command line and variables, against a
 * {@link BareRuntimeApi}; as a lane it is handed one event after the other.
 */
final class BareProcess implements Lane {

    private final BareRuntimeApi api;
    private final Process process;

    private BareProcess(BareRuntimeApi api, Process process) {
        this.api = api;
        this.process = process;
    }

    /** Returns as soon as it is started; its output goes nowhere. */
    static BareProcess start(BareRuntimeApi api, ProcessCommand command, Path directory) {
        try {
            Path tmp = Files.createDirectories(directory.resolve("bare-tmp"));
            Process process = command.prepare(api.authority(), tmp)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new BareProcess(api, process);
        } catch (IOException e) {
            throw new UncheckedIOException("a bare process cannot be started with " + command.words(), e);
        }
    }

    @Override
    public void resume() {
        api.allow(Long.MAX_VALUE);
    }

    @Override
    public long completed() {
        return api.answered();
    }

    @Override
    public void pause() {
        api.allow(0);
        Waiting.until("the bare process to come to rest", () -> api.isAtRest() || hasFailed());
        api.requireNoFailure();
        if (!process.isAlive()) {
            throw new IllegalStateException("a bare process ended by itself, with " + process.exitValue());
        }
    }

    private boolean hasFailed() {
        return api.hasFailed() || !process.isAlive();
    }

    /** Returns once it is gone. */
    @Override
    public void close() {
        Waiting.on("a bare process to end", process.destroyForcibly().onExit());
    }
}
