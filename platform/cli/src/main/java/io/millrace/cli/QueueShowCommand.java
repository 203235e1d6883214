package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.management.BrokerManagement;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows a queue, its counts, and what becomes of its messages that fail.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    private String name;

    @Override
    public Integer call() {
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            ObjectNode queue = QueueWords.withRedelivery(session, new BrokerManagement(session.connection()), name);
            PrintWriter out = spec.commandLine().getOut();
            if (broker.json) {
                out.println(queue);
            } else {
                queue.properties()
                        .forEach(each -> out.printf(
                                "%-18s %s%n", each.getKey(), each.getValue().asText()));
            }
            return ExitCode.OK.code();
        }
    }
}
