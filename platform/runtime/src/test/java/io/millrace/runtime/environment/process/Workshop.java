package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.Outcome.Succeeded;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.HandlerSource;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Real environments in real processes, and one at a time to try things out in. */
final class Workshop implements AutoCloseable {
    static final String ID = "8f507cfc-1b2c-4f2d-9a34-8f5c2a3f4b5c";
    static final FunctionName NAME = new FunctionName("orders");
    private static final FunctionArn ARN = FunctionArn.of("us-east-1", "000000000000", NAME);

    final RecordedLog log = new RecordedLog();
    final ProcessEnvironments environments;
    private final Vertx vertx = Vertx.vertx();
    private final Path directory;
    private int archives;

    Workshop(Path directory) {
        this(directory, options(directory));
    }

    Workshop(Path directory, ProcessOptions options) {
        this(directory, options, Duration.ofSeconds(10));
    }

    Workshop(Path directory, ProcessOptions options, Duration initLimit) {
        this(directory, options, initLimit, Duration.ofSeconds(2));
    }

    Workshop(Path directory, ProcessOptions options, Duration initLimit, Duration extensionsEnd) {
        this.directory = directory;
        this.environments = new ProcessEnvironments(vertx, options, Rules.DEFAULT, log, initLimit, extensionsEnd);
    }

    static ProcessOptions options(Path directory) {
        return ProcessOptions.in(directory.resolve("work"), "us-east-1", "000000000000");
    }

    static FunctionDefinition definition(String runtime, String handler) {
        return FunctionDefinition.of(NAME, handler)
                .withRuntime(runtime)
                .withTimeout(Duration.ofSeconds(60))
                .withMemorySizeMegabytes(256);
    }

    /** A function whose bootstrap is this shell script. */
    ExecutionEnvironment shell(String script) {
        return shell(definition("provided.al2023", "handler"), script);
    }

    ExecutionEnvironment shell(FunctionDefinition definition, String script) {
        return environment(definition, new Zip().executable("bootstrap", "#!/bin/sh\n" + Shell.LIBRARY + script));
    }

    ExecutionEnvironment python(String code) {
        return python(definition("python3.11", "app.handler"), code);
    }

    ExecutionEnvironment python(FunctionDefinition definition, String code) {
        return environment(definition, new Zip().file("app.py", code));
    }

    ExecutionEnvironment environment(FunctionDefinition definition, Zip code, Zip... layers) {
        return prepare(definition, code, layers).create();
    }

    PreparedFunction prepare(FunctionDefinition definition, Zip code, Zip... layers) {
        return environments.prepare(definition, archive(code, layers));
    }

    HandlerSource.Archive archive(Zip code, Zip... layers) {
        return new HandlerSource.Archive(
                save(code), List.of(layers).stream().map(this::save).toList());
    }

    private Path save(Zip zip) {
        return zip.save(directory.resolve("archive-" + archives++ + ".zip"));
    }

    static Invocation event(String id, String json) {
        return new Invocation(
                id, ARN, InvocationType.EVENT, json.getBytes(StandardCharsets.UTF_8), Optional.empty(), Map.of());
    }

    static CompletableFuture<Outcome> start(ExecutionEnvironment environment, Invocation invocation) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        environment.run(invocation, outcome::complete);
        return outcome;
    }

    static Outcome run(ExecutionEnvironment environment, String json) {
        return await(start(environment, event(ID, json)));
    }

    static Outcome await(CompletableFuture<Outcome> outcome) {
        return outcome.orTimeout(90, TimeUnit.SECONDS).join();
    }

    static Optional<FunctionError> init(ExecutionEnvironment environment) {
        CompletableFuture<Optional<FunctionError>> ready = new CompletableFuture<>();
        environment.init(ready::complete);
        return ready.orTimeout(90, TimeUnit.SECONDS).join();
    }

    /** The result, as text. */
    static String text(Outcome outcome) {
        if (outcome instanceof Succeeded succeeded) {
            return new String(succeeded.response(), StandardCharsets.UTF_8);
        }
        throw new AssertionError("expected success but was " + payload(outcome));
    }

    /** The error, as a synchronous caller gets it. */
    static String payload(Outcome outcome) {
        if (outcome instanceof FunctionError error) {
            return new String(error.payload(), StandardCharsets.UTF_8);
        }
        throw new AssertionError("expected a function error but was " + text(outcome));
    }

    static FunctionError error(Outcome outcome) {
        if (outcome instanceof FunctionError error) {
            return error;
        }
        throw new AssertionError("expected a function error but was " + text(outcome));
    }

    @Override
    public void close() {
        environments.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
