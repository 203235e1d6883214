package io.millrace.cli;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        description = "Takes messages out of a queue and prints each, one per line. What is printed is gone from it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueReceiveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    private String name;

    @Option(names = "--max", paramLabel = "N", defaultValue = "1", description = "At most so many. Default: 1")
    private int max;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "How long to wait for them. Default: 1")
    private double wait;

    @Override
    public Integer call() {
        if (max < 1 || wait < 0) {
            throw new ParameterException(
                    spec.commandLine(), "expected --max of at least 1 and --wait of at least 0 seconds");
        }
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            QueueWords.existing(session, new BrokerManagement(session.connection()), name);
            Receipt receipt = new Receipt(session, name, max, this::print);
            long received = receipt.await(Duration.ofMillis((long) (wait * 1000)));
            if (received == 0) {
                throw new CommandFailedException("no message came from queue " + name + " within " + wait + " s");
            }
            return ExitCode.OK.code();
        }
    }

    private void print(Delivery delivery) {
        PrintWriter out = spec.commandLine().getOut();
        String body = new String(EventMessages.payload(delivery.message()), StandardCharsets.UTF_8);
        if (broker.json) {
            out.println(Json.object()
                    .put("id", EventMessages.id(delivery.message()))
                    .put("attempt", EventMessages.attempt(delivery.message()))
                    .put("body", body));
        } else {
            out.println(body);
        }
        out.flush();
    }
}
