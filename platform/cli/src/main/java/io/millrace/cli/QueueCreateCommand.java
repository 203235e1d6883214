package io.millrace.cli;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes a durable queue, unless there is one of this name.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "NAME", description = "The queue, and the address messages for it are sent to.")
    private String name;

    @Override
    public Integer call() {
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            BrokerManagement management = new BrokerManagement(session.connection());
            session.await(management.createQueue(new QueueSpec(name, true)));
            spec.commandLine()
                    .getOut()
                    .println(
                            broker.json
                                    ? QueueWords.json(QueueWords.existing(session, management, name))
                                            .toString()
                                    : "Queue " + name + " is there");
            return ExitCode.OK.code();
        }
    }
}
