package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.util.Optional;

/** Receives what functions write, line by line and in order for each environment. Thread-safe. */
@FunctionalInterface
public interface FunctionLogSink {
    /** @param environment tells it from the others of its function */
    Lines of(FunctionDefinition function, String environment);

    /** Receives what one environment writes. Thread-safe; must not block for long. */
    interface Lines {
        /**
         * A line of the function.
         *
         * @param requestId of the invocation during which the line was written; empty during an initialisation
         * @param line without its end; cut at 64 KiB
         */
        void line(Optional<String> requestId, String line);

        /** Lines of the platform's own. */
        void platform(Optional<String> requestId, String lines);

        /**
         * An invocation's lines are complete.
         *
         * @param tail the last 4096 bytes of its lines, START and REPORT included
         * @param droppedBytes what it wrote beyond the cap, which no line was made of
         */
        void ended(String requestId, byte[] tail, long droppedBytes);
    }
}
