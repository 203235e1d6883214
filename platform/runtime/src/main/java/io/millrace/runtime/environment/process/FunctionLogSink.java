package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.util.Optional;

/** Receives what functions write, line by line and in order for each environment. Thread-safe; must not block for long. */
public interface FunctionLogSink {
    /**
     * @param requestId of the invocation during which the line was written; empty during an initialisation
     * @param line without its end; cut at 64 KiB
     */
    void line(FunctionDefinition function, Optional<String> requestId, String line);

    /**
     * An invocation's lines are complete.
     *
     * @param tail the last 4096 bytes of its lines, START and REPORT included
     * @param droppedBytes what it wrote beyond the cap, which no line was made of
     */
    void ended(FunctionDefinition function, String requestId, byte[] tail, long droppedBytes);
}
