package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.logs.EnvironmentLines;
import io.millrace.runtime.logs.KeptLines;
import io.millrace.runtime.logs.LogStream;
import io.millrace.runtime.observe.LogKeys;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps each line, and hands it to the logger {@code function.<name>} at INFO. Thread-safe. */
public final class LoggedFunctionLog implements FunctionLogSink {
    private final KeptLines logs;

    public LoggedFunctionLog(KeptLines logs) {
        this.logs = logs;
    }

    @Override
    public Lines of(FunctionDefinition function, String environment) {
        return new Logged(
                LoggerFactory.getLogger("function." + function.name()),
                logs.of(function.name(), function.version(), environment));
    }

    private record Logged(Logger logger, EnvironmentLines kept) implements Lines {
        @Override
        public void line(Optional<String> requestId, String line) {
            kept.add(requestId.orElse(EnvironmentLines.NO_REQUEST), LogStream.FUNCTION, line);
            logger.info(line);
        }

        @Override
        public void platform(Optional<String> requestId, String lines) {
            kept.add(requestId.orElse(EnvironmentLines.NO_REQUEST), LogStream.PLATFORM, lines);
            lines.lines().forEach(logger::info);
        }

        @Override
        public void ended(String requestId, byte[] tail, long droppedBytes) {
            if (droppedBytes > 0) {
                kept.add(requestId, LogStream.PLATFORM, droppedBytes + " bytes dropped: an invocation wrote too much");
                logger.atWarn()
                        .addKeyValue(LogKeys.REQUEST_ID, requestId)
                        .addKeyValue("bytes", droppedBytes)
                        .log("log lines dropped");
            }
        }
    }
}
