package io.millrace;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.core.Require;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.Platform;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.devmode.DevMode;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.KeySource;
import io.millrace.runtime.environment.HandlerSource;
import io.vertx.core.Future;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * The platform inside a Java service: functions, their queues and their workers. Thread-safe; futures complete on an
 * event loop, so what follows on them must not block.
 */
public final class Millrace implements AutoCloseable {
    private final Platform platform;
    private final Optional<URI> http;
    private final Optional<DevMode> devMode;

    Millrace(Platform platform, Optional<URI> http, Optional<DevMode> devMode) {
        this.platform = platform;
        this.http = http;
        this.devMode = devMode;
    }

    /** Nothing is started before {@link MillraceBuilder#start()}. */
    public static MillraceBuilder builder() {
        return new MillraceBuilder();
    }

    /**
     * Publishes an event: an asynchronous invocation.
     *
     * @param function a name, or {@code name:qualifier} for one of its versions or aliases
     * @param payload JSON, at most {@code limits.eventBytes}
     * @return the request id, once the broker has the event on disk; fails with FunctionNotFoundException, or with
     *     BrokerUnavailableException when it is unknown whether the broker has it
     */
    public CompletableFuture<String> publish(String function, byte[] payload) {
        return publish(function, payload, PublishOptions.NONE);
    }

    /** As {@link #publish(String, byte[])}, in a message group for instance. */
    public CompletableFuture<String> publish(String function, byte[] payload, PublishOptions options) {
        try {
            requireSize(payload, platform.settings().limits().eventBytes());
            Invocation invocation = invocation(function, InvocationType.EVENT, payload, options.attributes());
            return future(platform.invoker().publish(invocation).map(done -> invocation.id()));
        } catch (FunctionNotFoundException | IllegalArgumentException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** As {@link #publish(String, byte[])}, in UTF-8. */
    public CompletableFuture<String> publish(String function, String json) {
        return publish(function, json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Runs a function and waits for its answer.
     *
     * @param function a name, or {@code name:qualifier} for one of its versions or aliases
     * @param payload JSON, at most {@code limits.requestBytes}
     * @return also when the function fails or is throttled; fails with FunctionNotFoundException, or with
     *     BrokerUnavailableException when the broker is away or no answer came in time
     */
    public CompletableFuture<InvokeResult> invoke(String function, byte[] payload) {
        return invoke(function, payload, InvokeOptions.NONE);
    }

    /**
     * As {@link #invoke(String, byte[])}, under an idempotency key for instance.
     *
     * @return fails also with IdempotencyKeyException if the key let the function not run
     */
    public CompletableFuture<InvokeResult> invoke(String function, byte[] payload, InvokeOptions options) {
        try {
            requireSize(payload, platform.settings().limits().requestBytes());
            Invocation invocation =
                    invocation(function, InvocationType.REQUEST_RESPONSE, payload, options.attributes());
            return future(platform.invoker().call(invocation).map(answer -> result(answer, invocation.id())));
        } catch (FunctionNotFoundException | IllegalArgumentException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** As {@link #invoke(String, byte[])}, in UTF-8. */
    public CompletableFuture<InvokeResult> invoke(String function, String json) {
        return invoke(function, json.getBytes(StandardCharsets.UTF_8));
    }

    private static void requireSize(byte[] payload, int limit) {
        Require.between("payload in bytes", payload.length, 0, limit);
    }

    private Invocation invocation(
            String function, InvocationType type, byte[] payload, Map<String, String> attributes) {
        return new Invocation(RequestIds.next(), existing(function), type, payload, Optional.empty(), attributes);
    }

    private FunctionArn existing(String function) {
        int colon = function.indexOf(':');
        FunctionName name = new FunctionName(colon < 0 ? function : function.substring(0, colon));
        FunctionArn arn = FunctionArn.of(
                platform.settings().identity().region(),
                platform.settings().identity().account(),
                name);
        if (colon < 0) {
            if (platform.deployments().definition(name).isEmpty()) {
                throw new FunctionNotFoundException(function);
            }
            return arn;
        }
        String qualifier = function.substring(colon + 1);
        return platform.deployments()
                .find(name)
                .filter(found -> found.published().exists(qualifier))
                .map(found -> arn.withQualifier(qualifier))
                .orElseThrow(() -> new FunctionNotFoundException(function));
    }

    private static InvokeResult result(Invoker.Answer answer, String requestId) {
        return answer.outcome().match(new Outcome.Cases<InvokeResult>() {
            @Override
            public InvokeResult succeeded(Outcome.Succeeded outcome) {
                return new InvokeResult(
                        200,
                        outcome.response(),
                        Optional.empty(),
                        Optional.empty(),
                        answer.executedVersion(),
                        requestId,
                        answer.isReplayed());
            }

            @Override
            public InvokeResult functionError(Outcome.FunctionError outcome) {
                return new InvokeResult(
                        200,
                        outcome.payload(),
                        Optional.of("Unhandled"),
                        Optional.empty(),
                        answer.executedVersion(),
                        requestId,
                        answer.isReplayed());
            }

            @Override
            public InvokeResult throttled(Outcome.Throttled outcome) {
                return new InvokeResult(
                        429,
                        new byte[0],
                        Optional.empty(),
                        Optional.of(outcome.reason()),
                        answer.executedVersion(),
                        requestId,
                        answer.isReplayed());
            }
        });
    }

    /**
     * Starts to run a handler under a name, or replaces what runs under it; events that wait run on the new one.
     * Blocks until it is done.
     *
     * @param handler a RequestHandler, RequestStreamHandler, FunctionHandler or java.util.function.Function
     */
    public Millrace deploy(String function, Object handler) {
        return deploy(function, handler, definition -> definition);
    }

    /** As {@link #deploy(String, Object)}, with limits and retries of its own instead of the platform's defaults. */
    public Millrace deploy(String function, Object handler, UnaryOperator<FunctionDefinition> options) {
        FunctionDefinition defaults = FunctionDefinition.of(
                        new FunctionName(function), handler.getClass().getName())
                .withTimeout(platform.settings().function().timeout())
                .withMemorySizeMegabytes(platform.settings().function().memorySizeMegabytes())
                .withAsync(platform.settings().async());
        FunctionDefinition definition = options.apply(defaults);
        KeySource.requireValid(definition.environment());
        join(future(platform.deployments().deployEmbedded(definition, new HandlerSource.Instance(handler))));
        return this;
    }

    /** Stops a function; events that wait become dead letters. Blocks until it is done. */
    public void remove(String function) {
        join(future(platform.deployments().delete(new FunctionName(function))));
    }

    /** Sets how many attempts of a function may run at once; 0 switches it off, empty shares the unreserved pool. */
    public void reserve(String function, OptionalInt permits) {
        join(future(platform.deployments().reserve(new FunctionName(function), permits)));
    }

    /** What became of the events of each function. */
    public CompletableFuture<Map<String, FunctionAccount>> stats() {
        return future(platform.accounting().snapshot().map(accounts -> {
            Map<String, FunctionAccount> byName = new TreeMap<>();
            accounts.forEach((name, account) -> byName.put(name.value(), account));
            return byName;
        }));
    }

    /** Where messaging clients reach the broker by AMQP: {@code amqp://host:port}. */
    public String brokerUrl() {
        return platform.brokerAddress().toString();
    }

    /** The broker in this JVM; empty when an external one is used. */
    public Optional<EmbeddedBroker> embeddedBroker() {
        return platform.embeddedBroker();
    }

    /** What holds the processes of uploaded code in their place on this machine, in words for people. */
    public String isolation() {
        return platform.isolation();
    }

    /** How many access keys there are, and what that means for HTTP, in words for people. */
    public String access() {
        return platform.access();
    }

    /** Where the Lambda HTTP API listens, if it was asked for. */
    public Optional<URI> httpUrl() {
        return http;
    }

    /** Takes nothing new, lets attempts end within the drain timeout, and stops. Blocks. */
    @Override
    public void close() {
        devMode.ifPresent(DevMode::close);
        platform.close();
    }

    private static <T> CompletableFuture<T> future(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture();
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
