package io.millrace.cli;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import io.millrace.broker.embedded.BrokerFailure;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * A platform that lives as long as its process. Told to stop, it drains first; when its broker fails, the process ends
 * at once, so that a supervisor starts a sound one and nothing is accepted that would be lost.
 */
final class RunningServer implements AutoCloseable {
    private final Millrace millrace;
    private final Thread stopping;

    private RunningServer(Millrace millrace, Runnable whenStopped, PrintWriter out) {
        this.millrace = millrace;
        this.stopping = new Thread(() -> stop(millrace, whenStopped, out), "stop");
    }

    /**
     * @param whenStopped runs after a stop by signal
     * @param out for what is said then
     */
    static RunningServer start(MillraceBuilder builder, Runnable whenStopped, PrintWriter out) {
        Millrace millrace = builder.onFatal(RunningServer::end).start();
        RunningServer server = new RunningServer(millrace, whenStopped, out);
        Runtime.getRuntime().addShutdownHook(server.stopping);
        return server;
    }

    Millrace millrace() {
        return millrace;
    }

    /** Blocks for ever: the process ends by a signal, or with its broker. */
    void awaitStop() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops without ending the process. Not while it is being told to stop. */
    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(stopping);
        millrace.close();
    }

    private static void stop(Millrace millrace, Runnable whenStopped, PrintWriter out) {
        out.println("stopping: nothing new is taken, what runs may end");
        out.flush();
        millrace.close();
        whenStopped.run();
        out.println("stopped");
        out.flush();
        // A stop on request is a success, which the JVM's own 128 + signal does not say.
        Runtime.getRuntime().halt(ExitCode.OK.code());
    }

    private static void end(BrokerFailure failure) {
        System.err.println("millrace: the broker failed and the server ends: " + failure.message());
        System.err.flush();
        // Not exit: draining needs the broker that just failed.
        Runtime.getRuntime().halt(ExitCode.BROKER_FAILED.code());
    }
}
