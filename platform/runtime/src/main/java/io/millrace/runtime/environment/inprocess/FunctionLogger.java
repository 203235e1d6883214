package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import io.millrace.core.function.FunctionName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes a function's own lines to the SLF4J logger {@code function.<name>}. Thread-safe. */
final class FunctionLogger implements LambdaLogger {
    private final Logger logger;
    private final @Nullable InvocationLog invocation;

    FunctionLogger(FunctionName function) {
        this(LoggerFactory.getLogger("function." + function), null);
    }

    private FunctionLogger(Logger logger, @Nullable InvocationLog invocation) {
        this.logger = logger;
        this.invocation = invocation;
    }

    /** One whose lines are kept as well, whatever level the host's logging lets through. */
    FunctionLogger keptIn(InvocationLog log) {
        return new FunctionLogger(logger, log);
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
        if (invocation != null || logger.isEnabledForLevel(levelOf(level))) {
            write(new String(message, StandardCharsets.UTF_8), levelOf(level));
        }
    }

    // The line is the function's own text, so here it is the message itself.
    private void write(String line, Level level) {
        if (invocation != null) {
            invocation.add(stripped(line));
        }
        if (logger.isEnabledForLevel(level)) {
            // The host's logging may print it on this thread, and the line is kept already.
            Printed before = HandlerOutput.swap(null);
            try {
                logger.atLevel(level).log(stripped(line));
            } finally {
                HandlerOutput.restore(before);
            }
        }
    }

    private static String stripped(String line) {
        return line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
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
