package io.millrace.runtime.logs;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.LogSettings;
import io.millrace.runtime.observe.LogKeys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What functions and the platform wrote about each invocation: in memory until the next write, some milliseconds later,
 * then on disk, where it survives the server's process but not a crash of the machine. It stays as long as the settings
 * say, also when its function is deleted. Thread-safe.
 */
public final class FunctionLogs implements KeptLines, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(FunctionLogs.class);
    /** As what processes write: longer lines are cut, and say so. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final Path directory;
    private final LogSettings settings;
    private final InstantSource clock;
    private final LogWriter writer;
    private final ConcurrentMap<String, FunctionLog> logs = new ConcurrentHashMap<>();

    private FunctionLogs(Path directory, LogSettings settings, InstantSource clock) {
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.writer = new LogWriter(clock, this::sweep);
    }

    /** @param directory made with the first line; nobody else may write there */
    public static FunctionLogs open(Path directory, LogSettings settings, InstantSource clock) {
        FunctionLogs logs = new FunctionLogs(directory, settings, clock);
        logs.writer.start();
        return logs;
    }

    /** Whether anything is kept. */
    public boolean isOn() {
        return settings.isOn();
    }

    @Override
    public EnvironmentLines of(FunctionName function, String version, String environment) {
        if (!settings.isOn()) {
            return EnvironmentLines.NOWHERE;
        }
        FunctionLog log = log(function.value());
        return (requestId, stream, text) ->
                writer.add(new QueuedLine(log, clock.millis(), requestId, version, environment, stream, cut(text)));
    }

    private static String cut(String text) {
        int more = text.length() - LONGEST_LINE;
        return more <= 0 ? text : text.substring(0, LONGEST_LINE) + "... and " + more + " characters more";
    }

    private FunctionLog log(String function) {
        return logs.computeIfAbsent(
                function,
                name -> new FunctionLog(
                        new SegmentWriter(directory.resolve(name), settings.maximumBytesPerFunction(), clock)));
    }

    /** Whether there are lines of a function of this name, which may be deleted. Blocks on the disk. */
    public boolean exist(FunctionName function) {
        return Files.isDirectory(directory.resolve(function.value()));
    }

    /**
     * Blocks on the disk. What was written some milliseconds ago may not be there yet.
     *
     * @throws IOException if the files cannot be read
     */
    public LogPage read(FunctionName function, LogQuery query) throws IOException {
        return LogReader.read(directory.resolve(function.value()), query);
    }

    /**
     * Where the last lines begin. Blocks on the disk.
     *
     * @param lines at least 1
     */
    public LogCursor beforeLast(FunctionName function, int lines) throws IOException {
        return LogReader.beforeLast(directory.resolve(function.value()), lines);
    }

    /** To be read before {@link #read}, for {@link #onMore} after it. */
    public long generation(FunctionName function) {
        return log(function.value()).generation();
    }

    /**
     * Runs {@code waiter} once as soon as there is more than at a generation, at once if there is already; on any thread.
     * It must not block.
     *
     * @return forgets it again
     */
    public Runnable onMore(FunctionName function, long seen, Runnable waiter) {
        FunctionLog log = log(function.value());
        log.onMore(seen, waiter);
        return () -> log.forget(waiter);
    }

    /** Deletes what is too old. */
    private void sweep() {
        Instant oldest = clock.instant().minus(settings.retention());
        try (DirectoryStream<Path> functions = Files.newDirectoryStream(directory)) {
            for (Path function : functions) {
                String name = String.valueOf(function.getFileName());
                if (FunctionName.PATTERN.matcher(name).matches() && Files.isDirectory(function)) {
                    log(name).segments().deleteBefore(oldest);
                }
            }
        } catch (NoSuchFileException nothingYet) {
            return;
        } catch (IOException failed) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REASON, failed.toString())
                    .log("old logs of functions cannot be deleted; that is tried again");
        }
    }

    /** Writes what was added before. Blocks until that is done, for some seconds at most. */
    @Override
    public void close() {
        writer.close();
    }
}
