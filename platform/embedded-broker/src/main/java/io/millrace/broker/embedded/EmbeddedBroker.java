package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.server.ActiveMQLockAcquisitionTimeoutException;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Artemis broker of {@code broker-config/broker.xml} inside this JVM. Thread-safe; starting and closing block.
 *
 * <p>On JDK 24 and later the JVM needs {@code -Dio.netty.noUnsafe=false} from its start, or the second start on the
 * same directory fails.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    /** The code in Artemis' message about an acceptor that could not be bound; it has no exception of its own. */
    private static final String CANNOT_BIND = "AMQ229230";

    private final ActiveMQServer server;
    private final ListeningPorts ports;
    private final FailureWatch watch;
    private final DataDirectory data;
    private final EventHistory history;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedBroker(
            ActiveMQServer server, ListeningPorts ports, FailureWatch watch, DataDirectory data, EventHistory history) {
        this.server = server;
        this.ports = ports;
        this.watch = watch;
        this.data = data;
        this.history = history;
    }

    /**
     * Starts and returns once all four ports answer. A backlog of a million events takes some seconds.
     *
     * @param onFatal called at most once, on a thread of its own, when the running broker fails; it should end the
     *     process. Never called because of {@link #close()}
     * @throws BrokerStartException if it cannot start; nothing stays running or locked
     */
    public static EmbeddedBroker start(EmbeddedBrokerOptions options, Consumer<BrokerFailure> onFatal) {
        DataDirectory data = DataDirectory.take(options.dataDirectory());
        boolean started = false;
        try {
            Configuration configuration = BrokerXml.read(options, data.path());
            // Its names in the JVM's one MBean server would clash with those of a second broker here.
            configuration.setJMXManagementEnabled(false);
            HistoryFolder kept = HistoryFolder.in(data.path(), options.retention(), configuration);
            ListeningPorts.requireFree(options);
            FailureWatch watch = new FailureWatch(onFatal);
            ActiveMQServer server = startServer(configuration, watch, data.path());
            EventHistory history = new EventHistory(server, kept);
            EmbeddedBroker broker = new EmbeddedBroker(server, portsOf(server), watch, data, history);
            server.registerIOCriticalErrorListener(watch);
            server.registerActivateCallback(watch);
            requireStillRunning(server, data.path());
            started = true;
            broker.logStart();
            return broker;
        } finally {
            if (!started) {
                release(data);
            }
        }
    }

    private static ActiveMQServer startServer(Configuration configuration, FailureWatch watch, Path dataDirectory) {
        ActiveMQServer server = new ActiveMQServerImpl(configuration, new ActiveMQJAASSecurityManager("activemq"));
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        server.registerActivationFailureListener(failure::set);
        server.registerBrokerPlugin(new InvocationIdStamper());
        server.registerBrokerPlugin(watch);
        try {
            server.start();
        } catch (Exception e) { // what Artemis declares
            failure.compareAndSet(null, e);
        }
        // start() returns as if nothing were wrong when the part behind it failed.
        if (failure.get() != null || !server.isActive()) {
            stop(server);
            throw startFailure(failure.get(), dataDirectory);
        }
        return server;
    }

    private static BrokerStartException startFailure(@Nullable Exception failure, Path dataDirectory) {
        String message = "The broker did not start on " + dataDirectory;
        if (failure == null) {
            return new BrokerStartException(Reason.FAILED, message + ", see the log");
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).startsWith(CANNOT_BIND)) { // taken since we asked
                return new BrokerStartException(
                        Reason.PORT_IN_USE,
                        "A port of the broker is in use by another program: " + cause.getMessage(),
                        failure);
            }
            if (cause instanceof ActiveMQLockAcquisitionTimeoutException) {
                return new BrokerStartException(
                        Reason.DATA_DIRECTORY_IN_USE,
                        "The data directory " + dataDirectory + " is in use by another Artemis broker",
                        failure);
            }
        }
        return new BrokerStartException(Reason.FAILED, message + ": " + failure, failure);
    }

    private static ListeningPorts portsOf(ActiveMQServer server) {
        try {
            return ListeningPorts.of(server.getRemotingService());
        } catch (BrokerStartException e) {
            stop(server);
            throw e;
        }
    }

    /** It may have failed before somebody listened. */
    private static void requireStillRunning(ActiveMQServer server, Path dataDirectory) {
        if (!server.isStarted()) {
            stop(server);
            throw startFailure(null, dataDirectory);
        }
    }

    private void logStart() {
        log.atInfo()
                .addKeyValue("dataDirectory", data.path())
                .addKeyValue("journal", journalType())
                .addKeyValue("amqp", ports.amqp())
                .addKeyValue("core", ports.core())
                .addKeyValue("mqtt", ports.mqtt())
                .addKeyValue("stomp", ports.stomp())
                .log("Broker started");
    }

    public int amqpPort() {
        return ports.amqp();
    }

    public int corePort() {
        return ports.core();
    }

    public int mqttPort() {
        return ports.mqtt();
    }

    public int stompPort() {
        return ports.stomp();
    }

    /** What passed through this broker, as far as it is kept. */
    public EventHistory history() {
        return history;
    }

    /** The journal in force: ASYNCIO falls back to NIO where the native library is missing. */
    public String journalType() {
        return server.getConfiguration().getJournalType().name();
    }

    /** Stops listening, closes all connections, and lets the next broker have the data directory. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watch.endWatch();
            stop(server);
            release(data);
        }
    }

    private static void stop(ActiveMQServer server) {
        try {
            server.stop();
        } catch (Exception e) { // what Artemis declares
            log.atWarn().setCause(e).log("The broker did not stop cleanly");
        }
    }

    private static void release(DataDirectory data) {
        try {
            data.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock of " + data.path() + " could not be released", e);
        }
    }
}
