package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import io.millrace.core.function.FunctionName;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes a function's own lines to the SLF4J logger {@code function.<name>}. Thread-safe. */
final class FunctionLogger implements LambdaLogger {
    private final Logger logger;

    FunctionLogger(FunctionName function) {
        logger = LoggerFactory.getLogger("function." + function);
    }

    @Override
    public void log(String message) {
        write(message, Level.INFO);
    }

    @Override
    public void log(byte[] message) {
        log(message, LogLevel.INFO);
    }

    @Override
    public void log(String message, LogLevel level) {
        write(message, levelOf(level));
    }

    @Override
    public void log(byte[] message, LogLevel level) {
        if (logger.isEnabledForLevel(levelOf(level))) {
            write(new String(message, StandardCharsets.UTF_8), levelOf(level));
        }
    }

    // The line is the function's own text, so here it is the message itself.
    private void write(String line, Level level) {
        if (logger.isEnabledForLevel(level)) {
            logger.atLevel(level).log(line.endsWith("\n") ? line.substring(0, line.length() - 1) : line);
        }
    }

    private static Level levelOf(LogLevel level) {
        return switch (level) {
            case TRACE -> Level.TRACE;
            case DEBUG -> Level.DEBUG;
            case WARN -> Level.WARN;
            case ERROR, FATAL -> Level.ERROR;
            case INFO, UNDEFINED -> Level.INFO;
        };
    }
}
