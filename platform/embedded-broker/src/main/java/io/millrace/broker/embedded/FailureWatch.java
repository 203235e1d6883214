package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerFailure.Kind;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.server.ActivateCallback;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerCriticalPlugin;
import org.apache.activemq.artemis.utils.critical.CriticalComponent;

/**
 * Tells once that the running broker has failed, and nothing after {@link #endWatch()}. Thread-safe.
 *
 * <p>The news goes out on a thread of its own: Artemis reports from inside its journal, with its locks held, and who
 * answers with {@code System.exit} there waits for a shutdown hook that waits for those locks.
 */
final class FailureWatch implements IOCriticalErrorListener, ActivateCallback, ActiveMQServerCriticalPlugin {

    private final Consumer<BrokerFailure> onFatal;
    private final AtomicBoolean told = new AtomicBoolean();

    FailureWatch(Consumer<BrokerFailure> onFatal) {
        this.onFatal = onFatal;
    }

    /** From here on a stop is wanted. */
    void endWatch() {
        told.set(true);
    }

    @Override
    public void onIOException(Throwable cause, String message, String file) {
        tell(Kind.IO_ERROR, "The broker's storage failed at " + file + ": " + message, Optional.of(cause));
    }

    @Override
    public void criticalFailure(CriticalComponent component) {
        tell(Kind.HANGING, "The broker hangs in " + component, Optional.empty());
    }

    @Override
    public void stop(ActiveMQServer server) {
        tell(Kind.STOPPED, "The broker was stopped from outside", Optional.empty());
    }

    @Override
    public void shutdown(ActiveMQServer server) {
        stop(server);
    }

    private void tell(Kind kind, String message, Optional<Throwable> cause) {
        if (told.compareAndSet(false, true)) {
            BrokerFailure failure = new BrokerFailure(kind, message, cause);
            new Thread(() -> onFatal.accept(failure), "millrace-broker-failure").start();
        }
    }
}
