package io.millrace.broker.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A broker in a process of its own, for tests that need two; it ends with its standard input. */
final class BrokerProcess {

    static final String STARTED = "started amqp=";

    private BrokerProcess() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedBrokerOptions options =
                EmbeddedBrokerOptions.of(Path.of(arguments[0])).withFreePorts();
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(options, failure -> Runtime.getRuntime().halt(1))) {
            System.out.println(STARTED + broker.amqpPort());
            System.in.read();
        }
    }
}
