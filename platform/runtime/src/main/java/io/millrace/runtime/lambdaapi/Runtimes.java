package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import java.util.List;
import java.util.Set;

/** Identifiers of runtimes (lambda-semantics 6.1). */
final class Runtimes {
    /** What the execution environments of this platform can run. */
    static final List<String> RUNNABLE = List.of(
            "java8.al2",
            "java8.al2023",
            "java11",
            "java11.al2023",
            "java17",
            "java17.al2023",
            "java21",
            "java25",
            "nodejs18.x",
            "nodejs20.x",
            "nodejs22.x",
            "nodejs24.x",
            "python3.9",
            "python3.10",
            "python3.11",
            "python3.12",
            "python3.13",
            "python3.14",
            "provided",
            "provided.al2",
            "provided.al2023");

    private static final Set<String> WITHDRAWN = Set.of(
            "nodejs",
            "nodejs4.3",
            "nodejs4.3-edge",
            "nodejs6.10",
            "nodejs8.10",
            "nodejs10.x",
            "nodejs12.x",
            "nodejs14.x",
            "nodejs16.x",
            "java8",
            "python2.7",
            "python3.6",
            "python3.7",
            "python3.8",
            "dotnetcore1.0",
            "dotnetcore2.0",
            "dotnetcore2.1",
            "dotnetcore3.1",
            "go1.x",
            "ruby2.5",
            "ruby2.7");

    private Runtimes() {}

    /** @throws InvalidParameterValueException unless it is one this platform can run */
    static void requireRunnable(String runtime) {
        if (WITHDRAWN.contains(runtime)) {
            throw new InvalidParameterValueException("The runtime parameter of " + runtime
                    + " is no longer supported for creating or updating AWS Lambda functions. We recommend you use a"
                    + " supported runtime while creating or updating functions.");
        }
        if (!RUNNABLE.contains(runtime)) {
            throw new InvalidParameterValueException("Value " + runtime + " at 'runtime' failed to satisfy constraint:"
                    + " Member must satisfy enum value set: [" + String.join(", ", RUNNABLE) + "] or be a valid ARN");
        }
    }
}
