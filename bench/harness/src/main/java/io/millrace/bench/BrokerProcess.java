package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;

/** The broker that all lanes of a run share, in a JVM of its own, with fsync. */
final class BrokerProcess implements AutoCloseable {

    private final JvmProcess jvm;
    private final int amqpPort;
    private final int corePort;

    private BrokerProcess(JvmProcess jvm, int amqpPort, int corePort) {
        this.jvm = jvm;
        this.amqpPort = amqpPort;
        this.corePort = corePort;
    }

    /** Starts it on free ports and returns once it takes connections. */
    static BrokerProcess start(Path directory) {
        JvmProcess jvm = JvmProcess.start(
                "broker",
                directory,
                System.getProperty("java.class.path"),
                BrokerMain.class.getName(),
                List.of(directory.resolve("broker").toString()));
        String[] ports = jvm.answer().split(" ", -1);
        return new BrokerProcess(jvm, Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
    }

    int amqpPort() {
        return amqpPort;
    }

    int corePort() {
        return corePort;
    }

    /** Bytes in use after a collection. */
    long heapInUse() {
        return Long.parseLong(jvm.ask("heap"));
    }

    @Override
    public void close() {
        jvm.close();
    }
}
