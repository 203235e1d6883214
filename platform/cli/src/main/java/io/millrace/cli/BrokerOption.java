package io.millrace.cli;

import io.millrace.broker.connection.BrokerAddress;
import picocli.CommandLine.Option;

/** For the commands that talk to a broker. */
final class BrokerOption {
    @Option(
            names = "--broker",
            paramLabel = "URL",
            defaultValue = "amqp://127.0.0.1:5672",
            description = "The broker's AMQP address, amqp://[user:password@]host[:port]. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    BrokerAddress address;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    boolean json;
}
