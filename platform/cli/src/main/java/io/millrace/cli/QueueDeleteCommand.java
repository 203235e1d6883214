package io.millrace.cli;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Deletes a queue; with messages in it only if told so.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    private String name;

    @Option(names = "--with-messages", description = "Also if messages are in it, which are then lost.")
    private boolean withMessages;

    @Override
    public Integer call() {
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            BrokerManagement management = new BrokerManagement(session.connection());
            QueueState queue = QueueWords.existing(session, management, name);
            if (queue.messages() > 0 && !withMessages) {
                throw new CommandFailedException("queue " + name + " has " + queue.messages()
                        + " messages, which would be lost; add --with-messages to delete it all the same");
            }
            session.await(management.deleteQueue(name));
            spec.commandLine()
                    .getOut()
                    .println(broker.json ? Json.object().put("deleted", name).toString() : "Deleted queue " + name);
            return ExitCode.OK.code();
        }
    }
}
