package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.Outcome.Succeeded;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.environment.HandlerSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Deploys handlers and runs single attempts, waiting for their outcome. */
final class TryOut implements AutoCloseable {
    static final String REQUEST_ID = "8f507cfc-1b2c-4f2d-9a34-8f5c2a3f4b5c";
    private static final FunctionName NAME = new FunctionName("orders");
    private static final FunctionArn ARN = FunctionArn.of("us-east-1", "000000000000", NAME);

    /** For who does not ask how many environments there are. */
    static final Runnable NOTHING = () -> {};

    final InProcessEnvironments environments;

    TryOut() {
        this(Rules.DEFAULT, Duration.ofSeconds(10));
    }

    TryOut(Rules rules, Duration initLimit) {
        environments = new InProcessEnvironments(1000, rules, initLimit);
    }

    static FunctionDefinition definition() {
        return FunctionDefinition.of(NAME, "unused").withTimeout(Duration.ofSeconds(20));
    }

    static FunctionDefinition definition(String handler) {
        return definition().withHandler(handler);
    }

    static FunctionDefinition definition(Class<?> handler) {
        return definition(handler.getName());
    }

    static HandlerSource host() {
        return new HandlerSource.HostClass(TryOut.class.getClassLoader());
    }

    static HandlerSource.Instance instance(Object handler) {
        return new HandlerSource.Instance(handler);
    }

    static Invocation event(String json) {
        return new Invocation(
                REQUEST_ID,
                ARN,
                InvocationType.EVENT,
                json.getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                Map.of());
    }

    static CompletableFuture<Outcome> start(FunctionEnvironments function, Invocation invocation) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        function.run(invocation, Capacity.ON_DEMAND, outcome::complete);
        return outcome;
    }

    static Outcome run(FunctionEnvironments function, String json) {
        return await(start(function, event(json)));
    }

    static Outcome await(CompletableFuture<Outcome> outcome) {
        return outcome.orTimeout(60, TimeUnit.SECONDS).join();
    }

    FunctionEnvironments deploy(Object handler) {
        return environments.deploy(definition(), instance(handler), NOTHING);
    }

    Outcome run(FunctionDefinition definition, HandlerSource source, String json) {
        try (FunctionEnvironments function = environments.deploy(definition, source, NOTHING)) {
            return run(function, json);
        }
    }

    /** The result of a handler object, as text. */
    String result(Object handler, String json) {
        return text(run(definition(), instance(handler), json));
    }

    /** The result of a handler of this test's class path, as text. */
    String resultOf(String handler, String json) {
        return text(run(definition(handler), host(), json));
    }

    FunctionError error(Object handler, String json) {
        return error(run(definition(), instance(handler), json));
    }

    static FunctionError error(Outcome outcome) {
        if (outcome instanceof FunctionError error) {
            return error;
        }
        throw new AssertionError("expected a function error but was " + outcome);
    }

    static String text(Outcome outcome) {
        if (outcome instanceof Succeeded succeeded) {
            return new String(succeeded.response(), StandardCharsets.UTF_8);
        }
        throw new AssertionError(
                "expected success but was " + new String(error(outcome).payload(), StandardCharsets.UTF_8));
    }

    static String payload(FunctionError error) {
        return new String(error.payload(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        environments.close();
    }
}
