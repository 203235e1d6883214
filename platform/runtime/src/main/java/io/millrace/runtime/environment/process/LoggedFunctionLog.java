package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.observe.LogKeys;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands each line to the logger {@code function.<name>} at INFO. Thread-safe. */
public final class LoggedFunctionLog implements FunctionLogSink {
    @Override
    public void line(FunctionDefinition function, Optional<String> requestId, String line) {
        logger(function).info(line);
    }

    @Override
    public void ended(FunctionDefinition function, String requestId, byte[] tail, long droppedBytes) {
        if (droppedBytes > 0) {
            logger(function)
                    .atWarn()
                    .addKeyValue(LogKeys.REQUEST_ID, requestId)
                    .addKeyValue("bytes", droppedBytes)
                    .log("log lines dropped");
        }
    }

    private static Logger logger(FunctionDefinition function) {
        return LoggerFactory.getLogger("function." + function.name());
    }
}
