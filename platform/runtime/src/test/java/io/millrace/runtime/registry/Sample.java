package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A function to apply rules to. */
final class Sample {
    static final FunctionName ORDERS = new FunctionName("orders");
    static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123Z");
    static final CodeReference CODE = new CodeReference("a".repeat(64), 10);
    static final CodeReference OTHER_CODE = new CodeReference("b".repeat(64), 20);
    static final FunctionConfiguration CONFIGURATION = new FunctionConfiguration(
            "a.B",
            "java17",
            Optional.of("arn:aws:iam::000000000000:role/r"),
            "orders",
            Duration.ofSeconds(3),
            128,
            512,
            List.of(),
            Map.of());

    private Sample() {}

    static RegisteredFunction function() {
        return RegisteredFunction.created(ORDERS, CONFIGURATION, Optional.of(CODE), NOON);
    }

    /** With versions 1 to {@code versions}, each of other code. */
    static RegisteredFunction function(int versions) {
        RegisteredFunction function = function();
        for (int number = 1; number <= versions; number++) {
            CodeReference code = new CodeReference(String.format("%064x", number), number);
            function = publish(function.withCode(code, NOON));
        }
        return function;
    }

    static RegisteredFunction publish(RegisteredFunction function) {
        return Publishing.publish(function, Optional.empty(), Optional.empty(), Optional.empty())
                .function();
    }

    static Alias alias(String name, String version) {
        return new Alias(name, version, "", Optional.empty(), RegisteredFunction.newRevision());
    }

    static Alias alias(String name, String version, String additionalVersion, double weight) {
        return new Alias(
                name,
                version,
                "",
                Optional.of(new Alias.Routing(additionalVersion, weight)),
                RegisteredFunction.newRevision());
    }
}
