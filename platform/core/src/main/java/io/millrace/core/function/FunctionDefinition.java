package io.millrace.core.function;

import io.millrace.core.Require;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the platform must know of a function to run it (lambda-semantics 5.2).
 *
 * @param handler what to run in the code, as {@code package.Class} or {@code package.Class::method}
 * @param timeout of one attempt, 1 ms to 900 s; Lambda's default is 3 s
 * @param memorySizeMegabytes 128 to 10,240; told to the function, not enforced inside the server's JVM
 * @param reservedConcurrency guarantee and cap of permits; 0 switches the function off; empty shares the unreserved pool
 * @param environment variables of the function, read through its context
 */
public record FunctionDefinition(
        FunctionName name,
        String handler,
        Duration timeout,
        int memorySizeMegabytes,
        OptionalInt reservedConcurrency,
        AsyncInvokeConfig async,
        Map<String, String> environment) {

    public FunctionDefinition {
        Require.between("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(15));
        Require.between("memorySize in MB", memorySizeMegabytes, 128, 10_240);
        if (reservedConcurrency.isPresent()) {
            Require.between("reservedConcurrency", reservedConcurrency.getAsInt(), 0, 1_000_000);
        }
        environment = Map.copyOf(environment);
    }

    /** Lambda's defaults: 3 s, 128 MB, the unreserved pool, 2 retries. */
    public static FunctionDefinition of(FunctionName name, String handler) {
        return new FunctionDefinition(
                name,
                handler,
                Duration.ofSeconds(3),
                128,
                OptionalInt.empty(),
                AsyncInvokeConfig.LAMBDA_DEFAULT,
                Map.of());
    }

    public FunctionDefinition withTimeout(Duration newTimeout) {
        return new FunctionDefinition(
                name, handler, newTimeout, memorySizeMegabytes, reservedConcurrency, async, environment);
    }

    public FunctionDefinition withHandler(String newHandler) {
        return new FunctionDefinition(
                name, newHandler, timeout, memorySizeMegabytes, reservedConcurrency, async, environment);
    }

    public FunctionDefinition withMemorySizeMegabytes(int megabytes) {
        return new FunctionDefinition(name, handler, timeout, megabytes, reservedConcurrency, async, environment);
    }

    public FunctionDefinition withReservedConcurrency(OptionalInt permits) {
        return new FunctionDefinition(name, handler, timeout, memorySizeMegabytes, permits, async, environment);
    }

    public FunctionDefinition withAsync(AsyncInvokeConfig newAsync) {
        return new FunctionDefinition(
                name, handler, timeout, memorySizeMegabytes, reservedConcurrency, newAsync, environment);
    }

    public FunctionDefinition withEnvironment(Map<String, String> variables) {
        return new FunctionDefinition(
                name, handler, timeout, memorySizeMegabytes, reservedConcurrency, async, variables);
    }
}
