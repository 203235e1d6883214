package io.millrace;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.embedded.BrokerFailure;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.DataDirectory;
import io.millrace.runtime.Platform;
import io.millrace.runtime.StandbyListener;
import io.millrace.runtime.UnprotectedException;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.devmode.DevMode;
import io.millrace.runtime.devmode.Packing;
import io.millrace.runtime.environment.AttemptListener;
import io.opentelemetry.api.OpenTelemetry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what to start. For one thread. */
public final class MillraceBuilder {
    private static final Logger LOGGER = LoggerFactory.getLogger(MillraceBuilder.class);

    private final Map<String, String> assignments = new HashMap<>();
    private final List<Consumer<Millrace>> functions = new ArrayList<>();
    private @Nullable Path dataDirectory;
    private @Nullable Settings settings;
    private Optional<BrokerAddress> broker = Optional.empty();
    private Optional<InetSocketAddress> http = Optional.empty();
    private Optional<Packing> developing = Optional.empty();
    private Optional<StandbyListener> standby = Optional.empty();
    private boolean insecure;
    private Consumer<BrokerFailure> onFatal = failure ->
            LOGGER.atError().addKeyValue("failure", failure.message()).log("the broker cannot go on");
    private AttemptListener attempts = (invocation, outcome) -> {};

    private Optional<OpenTelemetry> telemetry = Optional.empty();

    MillraceBuilder() {}

    /**
     * Required: where queues, functions and counts are kept; one platform at a time may use it. {@link #start} refuses
     * one that another has, unless it is to {@linkplain #standby() stand by}.
     */
    public MillraceBuilder dataDirectory(Path directory) {
        dataDirectory = directory;
        return this;
    }

    /**
     * Lets {@link #start} wait for a data directory that another platform has, on this machine or on another one that
     * reaches the same disk, until that one has ended or was killed; then takes over all that it had (docs/standby.md).
     */
    public MillraceBuilder standby() {
        return standby(new LoggedStandby());
    }

    /** As {@link #standby()}, and tells how it fares. */
    public MillraceBuilder standby(StandbyListener listener) {
        standby = Optional.of(listener);
        return this;
    }

    /** Uses a broker of your own, {@code amqp://[user:password@]host[:port]}, instead of the embedded one. */
    public MillraceBuilder broker(String url) {
        broker = Optional.of(BrokerAddress.parse(url));
        return this;
    }

    /** Also answers the Lambda HTTP API; port 0 picks a free one. */
    public MillraceBuilder http(String host, int port) {
        http = Optional.of(new InetSocketAddress(host, port));
        return this;
    }

    /**
     * Lets HTTP without access keys, and the embedded broker, listen where others than this machine can reach them:
     * they may do everything (docs/security.md). Without this, {@link #start} refuses it.
     */
    public MillraceBuilder insecure() {
        insecure = true;
        return this;
    }

    /**
     * Development mode: functions whose source a command named are redeployed when it changes (docs/dev-mode.md).
     * {@link #start} refuses it together with HTTP that others than this machine can reach.
     */
    public MillraceBuilder developmentMode(Packing packing) {
        developing = Optional.of(packing);
        return this;
    }

    /**
     * Gives one setting, for example {@code set("async.retryDelay", "PT0.5S")}; the README lists all. {@link #start}
     * refuses unknown keys and bad values.
     */
    public MillraceBuilder set(String key, String value) {
        assignments.put(key, value);
        return this;
    }

    /** All settings at once, instead of {@link #set}. */
    public MillraceBuilder settings(Settings complete) {
        settings = complete;
        return this;
    }

    /** Listens on free ports: for tests, and for several platforms on one machine. */
    public MillraceBuilder freePorts() {
        return set("broker.amqp", "0");
    }

    /**
     * Runs a handler under a name.
     *
     * @param handler a RequestHandler, RequestStreamHandler, FunctionHandler or java.util.function.Function
     */
    public MillraceBuilder function(String name, Object handler) {
        functions.add(millrace -> millrace.deploy(name, handler));
        return this;
    }

    /** Runs a handler under a name, with limits and retries of its own. */
    public MillraceBuilder function(String name, Object handler, UnaryOperator<FunctionDefinition> options) {
        functions.add(millrace -> millrace.deploy(name, handler, options));
        return this;
    }

    /** Called once, on any thread, when the embedded broker cannot go on, for example after an I/O error. */
    public MillraceBuilder onFatal(Consumer<BrokerFailure> listener) {
        onFatal = listener;
        return this;
    }

    /** Told of every attempt that ends, by its request id; on any thread, and it must not block. */
    public MillraceBuilder onAttempt(AttemptListener listener) {
        attempts = listener;
        return this;
    }

    /**
     * Records what happens to events and calls as traces of the service's own OpenTelemetry, which stays open
     * (docs/traces.md). {@link #start} refuses it together with {@code traces.endpoint}.
     */
    public MillraceBuilder openTelemetry(OpenTelemetry own) {
        telemetry = Optional.of(own);
        return this;
    }

    private static void requireLoopback(String host) {
        InetSocketAddress address = new InetSocketAddress(host, 0);
        if (!address.isUnresolved() && !address.getAddress().isLoopbackAddress()) {
            throw UnprotectedException.broker(host);
        }
    }

    /**
     * Starts everything; blocks until events are taken. That of a standby can be interrupted while it waits.
     *
     * @throws IllegalStateException without a data directory, or with two places for traces
     * @throws RuntimeException with one clear line when a port, directory, setting, handler or broker cannot be used
     */
    public Millrace start() {
        if (dataDirectory == null) {
            throw new IllegalStateException("dataDirectory is missing, expected a directory for queues and functions");
        }
        if (developing.isPresent()) {
            http.ifPresent(DevMode::requireLoopback);
        }
        Path directory = dataDirectory;
        Settings complete = settings != null ? settings : Settings.of(assignments);
        if (telemetry.isPresent() && complete.traces().endpoint().isPresent()) {
            throw new IllegalStateException("setting traces.endpoint is '"
                    + complete.traces().endpoint().get() + "', expected none beside openTelemetry()");
        }
        if (broker.isEmpty() && !insecure) {
            requireLoopback(complete.broker().host());
        }
        DataDirectory data = standby.map(listener -> DataDirectory.await(directory, listener))
                .orElseGet(() -> DataDirectory.take(directory));
        Platform platform = Platform.start(data, broker, complete, onFatal, attempts, telemetry);
        Optional<DevMode> devMode = Optional.empty();
        try {
            devMode = developing.map(packing -> DevMode.start(
                    platform.vertx(),
                    platform.deployments(),
                    packing,
                    data.path().resolve("dev-sources.json")));
            Optional<URI> url = http.map(address -> platform.listen(address, insecure));
            Millrace millrace = new Millrace(platform, url, devMode);
            functions.forEach(function -> function.accept(millrace));
            return millrace;
        } catch (RuntimeException failed) {
            devMode.ifPresent(DevMode::close);
            platform.close();
            throw failed;
        }
    }
}
