package io.millrace.core.function;

import io.millrace.core.Require;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the platform must know of one version of a function to run it (lambda-semantics 5.2).
 *
 * @param version {@code $LATEST} or the number of a published version
 * @param runtime identifier such as {@code java17}, {@code nodejs20.x}, {@code python3.12} or {@code provided.al2023}
 * @param handler what to run in the code, as the runtime reads it, such as {@code package.Class::method}
 * @param timeout of one attempt, 1 ms to 900 s; Lambda's default is 3 s
 * @param memorySizeMegabytes 128 to 10,240; told to the function, not enforced inside the server's JVM
 * @param ephemeralStorageMegabytes of {@code /tmp}, 512 to 10,240
 * @param reservedConcurrency guarantee and cap of permits; 0 switches the function off; empty shares the unreserved pool
 * @param environment variables of the function
 */
public record FunctionDefinition(
        FunctionName name,
        String version,
        String runtime,
        String handler,
        Duration timeout,
        int memorySizeMegabytes,
        int ephemeralStorageMegabytes,
        OptionalInt reservedConcurrency,
        AsyncInvokeConfig async,
        Map<String, String> environment) {
    /** What Lambda gives a function that asks for nothing else. */
    public static final int DEFAULT_EPHEMERAL_STORAGE_MEGABYTES = 512;

    public FunctionDefinition {
        Require.between("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(15));
        Require.between("memorySize in MB", memorySizeMegabytes, 128, 10_240);
        Require.between("ephemeralStorage in MB", ephemeralStorageMegabytes, 512, 10_240);
        if (reservedConcurrency.isPresent()) {
            Require.between("reservedConcurrency", reservedConcurrency.getAsInt(), 0, 1_000_000);
        }
        environment = Map.copyOf(environment);
    }

    /** Lambda's defaults: 3 s, 128 MB, the unreserved pool, 2 retries; the runtime is the server's own Java. */
    public static FunctionDefinition of(FunctionName name, String handler) {
        return new FunctionDefinition(
                name,
                FunctionArn.LATEST,
                "java" + Runtime.version().feature(),
                handler,
                Duration.ofSeconds(3),
                128,
                DEFAULT_EPHEMERAL_STORAGE_MEGABYTES,
                OptionalInt.empty(),
                AsyncInvokeConfig.LAMBDA_DEFAULT,
                Map.of());
    }

    public FunctionDefinition withVersion(String newVersion) {
        return new FunctionDefinition(
                name,
                newVersion,
                runtime,
                handler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                environment);
    }

    public FunctionDefinition withRuntime(String newRuntime) {
        return new FunctionDefinition(
                name,
                version,
                newRuntime,
                handler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                environment);
    }

    public FunctionDefinition withHandler(String newHandler) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                newHandler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                environment);
    }

    public FunctionDefinition withTimeout(Duration newTimeout) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                handler,
                newTimeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                environment);
    }

    public FunctionDefinition withMemorySizeMegabytes(int megabytes) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                handler,
                timeout,
                megabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                environment);
    }

    public FunctionDefinition withReservedConcurrency(OptionalInt permits) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                handler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                permits,
                async,
                environment);
    }

    public FunctionDefinition withAsync(AsyncInvokeConfig newAsync) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                handler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                newAsync,
                environment);
    }

    public FunctionDefinition withEnvironment(Map<String, String> variables) {
        return new FunctionDefinition(
                name,
                version,
                runtime,
                handler,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                reservedConcurrency,
                async,
                variables);
    }
}
