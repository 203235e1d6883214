package io.millrace.runtime.registry;

import io.millrace.core.Require;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person says about a function, besides its code (lambda-semantics 5.2, 6.1).
 *
 * @param handler {@code package.Class} or {@code package.Class::method}
 * @param runtime identifier such as {@code java17}
 * @param role ARN of an execution role; carried for clients that expect it, nothing is derived from it
 * @param description for people, may be empty
 * @param timeout of one attempt, 1 ms to 900 s
 * @param memorySizeMegabytes 128 to 10,240
 * @param ephemeralStorageMegabytes of {@code /tmp}, 512 to 10,240
 * @param architecture {@code x86_64} or {@code arm64}; told to clients, code runs on that of the host
 * @param layers ARNs of layer versions, at most 5, unpacked in this order
 * @param environment variables of the function
 */
public record FunctionConfiguration(
        String handler,
        String runtime,
        Optional<String> role,
        String description,
        Duration timeout,
        int memorySizeMegabytes,
        int ephemeralStorageMegabytes,
        String architecture,
        List<String> layers,
        Map<String, String> environment) {
    /** What Lambda takes where nothing is said. */
    public static final String DEFAULT_ARCHITECTURE = "x86_64";

    public FunctionConfiguration {
        Require.between("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(15));
        Require.between("memorySize in MB", memorySizeMegabytes, 128, 10_240);
        Require.between("ephemeralStorage in MB", ephemeralStorageMegabytes, 512, 10_240);
        layers = List.copyOf(layers);
        environment = Map.copyOf(environment);
    }

    /** On Lambda's default architecture. */
    public FunctionConfiguration(
            String handler,
            String runtime,
            Optional<String> role,
            String description,
            Duration timeout,
            int memorySizeMegabytes,
            int ephemeralStorageMegabytes,
            List<String> layers,
            Map<String, String> environment) {
        this(
                handler,
                runtime,
                role,
                description,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                DEFAULT_ARCHITECTURE,
                layers,
                environment);
    }

    public FunctionConfiguration withDescription(String newDescription) {
        return new FunctionConfiguration(
                handler,
                runtime,
                role,
                newDescription,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                architecture,
                layers,
                environment);
    }

    public FunctionConfiguration withArchitecture(String newArchitecture) {
        return new FunctionConfiguration(
                handler,
                runtime,
                role,
                description,
                timeout,
                memorySizeMegabytes,
                ephemeralStorageMegabytes,
                newArchitecture,
                layers,
                environment);
    }
}
