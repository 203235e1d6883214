package io.millrace.function;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** What a function may know about the attempt it runs in. Thread-safe; valid until the handler returns. */
public interface FunctionContext {
    /** The id of the invocation, a UUID in text; the same in every retry and redrive. */
    String requestId();

    /** The unqualified name of the function. */
    String functionName();

    /** The version that runs: {@code $LATEST} or a number. */
    String functionVersion();

    /** The function as the caller named it, with a qualifier only if the caller used one. */
    String invokedFunctionArn();

    /** What the function was configured with, 128 to 10,240 MB. Not enforced where it shares the platform's JVM. */
    int memorySizeMegabytes();

    /** When the attempt runs into its timeout. */
    Instant deadline();

    /** Time left until the deadline; zero once it has passed. */
    Duration remainingTime();

    /** The function's configured variables; cannot be changed. */
    Map<String, String> environment();

    /** Writes a line to the function's log, at level INFO. */
    void log(String line);
}
