package io.millrace.bench;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import java.io.IOException;
import java.nio.file.Path;

/** Main class of the broker's process: {@code BrokerMain DATA_DIRECTORY}; ends when standard input does. */
final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedBrokerOptions options =
                EmbeddedBrokerOptions.of(Path.of(arguments[0])).withFreePorts();
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(options, failure -> System.err.println("the broker cannot go on: " + failure))) {
            System.out.println(broker.amqpPort() + " " + broker.corePort());
            while (System.in.read() >= 0) {
                // Nothing is ever said: the end of the stream is the word.
            }
        }
    }
}
