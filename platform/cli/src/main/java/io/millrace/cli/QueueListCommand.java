package io.millrace.cli;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the queues and how many messages are in them.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(
            arity = "0..1",
            defaultValue = "",
            paramLabel = "PART",
            description = "Only those with this in their names.")
    private String part;

    @Override
    public Integer call() {
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            List<QueueState> queues = session.await(new BrokerManagement(session.connection()).listQueues(part));
            print(queues.stream()
                    .filter(queue -> !queue.internal() && !queue.temporary())
                    .filter(queue -> !queue.name().startsWith(Topology.TOOLS_PREFIX))
                    .filter(queue -> !queue.name().startsWith(Topology.REPLY_PREFIX))
                    .toList());
            return ExitCode.OK.code();
        }
    }

    private void print(List<QueueState> queues) {
        PrintWriter out = spec.commandLine().getOut();
        if (broker.json) {
            queues.forEach(queue -> out.println(QueueWords.json(queue)));
            return;
        }
        Table table = new Table("QUEUE", "MESSAGES", "SCHEDULED", "DELIVERING", "CONSUMERS");
        queues.forEach(queue ->
                table.add(queue.name(), queue.messages(), queue.scheduled(), queue.delivering(), queue.consumers()));
        table.print(out);
    }
}
