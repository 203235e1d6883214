package io.millrace.testkit;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Says what each start of the platform begins with. For one thread. */
public final class MillraceExtensionBuilder {
    private static final double MINUTE_TO_TEN_MILLISECONDS = 6_000;

    private final Map<String, String> assignments = new HashMap<>();
    private final List<Consumer<RunningPlatform>> functions = new ArrayList<>();
    private TimeScale scale = new TimeScale(MINUTE_TO_TEN_MILLISECONDS);
    private Duration patience = Duration.ofSeconds(60);
    private boolean http;

    MillraceExtensionBuilder() {
        set("broker.amqp", "0");
        set("shutdown.drainTimeout", "PT2S");
    }

    /**
     * Runs a handler under a name.
     *
     * @param handler a RequestHandler, RequestStreamHandler, FunctionHandler or java.util.function.Function
     */
    public MillraceExtensionBuilder function(String name, Object handler) {
        return function(name, handler, definition -> definition);
    }

    /** As {@link #function(String, Object)}, for a lambda expression on bytes. */
    public MillraceExtensionBuilder function(String name, FunctionHandler handler) {
        return function(name, (Object) handler);
    }

    /** Runs a handler with limits and retries of its own, given as in production and scaled like all others. */
    public MillraceExtensionBuilder function(String name, Object handler, UnaryOperator<FunctionDefinition> options) {
        functions.add(platform -> platform.deploy(name, handler, options));
        return this;
    }

    /** As {@link #function(String, Object, UnaryOperator)}, for a lambda expression on bytes. */
    public MillraceExtensionBuilder function(
            String name, FunctionHandler handler, UnaryOperator<FunctionDefinition> options) {
        return function(name, (Object) handler, options);
    }

    /** A setting of the platform as in production, for example {@code set("async.maximumRetryAttempts", "1")}. */
    public MillraceExtensionBuilder set(String key, String value) {
        assignments.put(key, value);
        return this;
    }

    /**
     * By what retry delays, and maximum ages below an hour, are divided; 1 to 1,000,000. Without it 6,000, which makes
     * 10 ms of Lambda's minute. Tests of ages need a smaller one, such as 100: its clock ticks in milliseconds.
     */
    public MillraceExtensionBuilder scale(double factor) {
        scale = new TimeScale(factor);
        return this;
    }

    /** How long the await methods wait; without it 60 s, as machines that build are slow at times. */
    public MillraceExtensionBuilder within(Duration limit) {
        patience = limit;
        return this;
    }

    /** Also answers the Lambda HTTP API, on a free port of the loopback address. */
    public MillraceExtensionBuilder http() {
        http = true;
        return this;
    }

    /** Nothing is started before the tests begin. */
    public MillraceExtension build() {
        Settings.of(assignments); // A bad one is told where it was written.
        return new MillraceExtension(this);
    }

    RunningPlatform start() {
        TemporaryDirectory directory = TemporaryDirectory.create();
        boolean started = false;
        try {
            RunningPlatform platform = start(directory);
            started = true;
            return platform;
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    private RunningPlatform start(TemporaryDirectory directory) {
        Settings production = Settings.of(assignments);
        Attempts attempts = new Attempts();
        MillraceBuilder builder = Millrace.builder()
                .dataDirectory(directory.path())
                .settings(scaled(production))
                .onAttempt(attempts);
        Millrace millrace = (http ? builder.http("127.0.0.1", 0) : builder).start();
        boolean complete = false;
        try {
            RunningPlatform platform =
                    new RunningPlatform(directory, millrace, attempts, production.async(), scale, patience);
            functions.forEach(function -> function.accept(platform));
            complete = true;
            return platform;
        } finally {
            if (!complete) {
                millrace.close();
            }
        }
    }

    // Also for functions that are created over HTTP.
    private Settings scaled(Settings production) {
        return new Settings(
                scale.apply(production.async()),
                production.concurrency(),
                production.scalingPeriod(),
                production.environment(),
                production.logs(),
                production.function(),
                production.code(),
                production.idempotency(),
                production.limits(),
                production.payloads(),
                production.broker(),
                production.drainTimeout(),
                production.identity(),
                production.urls(),
                production.metrics(),
                production.traces());
    }
}
