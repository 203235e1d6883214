package io.millrace.bench;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Main class of the broker's process: {@code BrokerMain DATA_DIRECTORY}; ends when standard input does. To each line it
 * answers with the bytes of heap in use after a collection.
 */
final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedBrokerOptions options =
                EmbeddedBrokerOptions.of(Path.of(arguments[0])).withFreePorts();
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        options, failure -> System.err.println("broker cannot go on: " + failure));
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(broker.amqpPort() + " " + broker.corePort());
            while (questions.readLine() != null) {
                System.out.println(heapInUse());
            }
        }
    }

    static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
