package io.millrace.cli;

import io.millrace.examples.earthquakes.demo.Screen;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a server of its own, publishes 1,707 real events to a function that fails on 72 of them, shows the "
                    + "dead letters, deploys the fixed function and redrives them.",
            "Asks nothing, takes well under a minute, leaves nothing behind."
        })
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, and the mixin acts by itself
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private VerboseOption verbose;

    @Option(names = "--keep", description = "Leave the server running afterwards, until Ctrl-C, and keep its data.")
    private boolean keep;

    @Override
    public Integer call() {
        // It shows the dead letters itself; a log line for each would hide what it tells.
        System.getProperties().putIfAbsent(VerboseOption.LEVEL, "ERROR");
        PrintWriter out = spec.commandLine().getOut();
        Screen screen = Screen.of(Output.isTerminal(), Output.charset());
        try (DemoServer server = DemoServer.start(keep, out)) {
            boolean shown = new EarthquakeDemo(server.millrace(), screen, out).run();
            if (!shown) {
                out.flush();
                throw new CommandFailedException("not every event that was accepted came to its end, see above");
            }
            out.println();
            out.println("Shown: events in by message queue, retries by the broker, dead letters with their causes,");
            out.println("a redrive after the repair, and an account in which no event is missing.");
            if (keep) {
                server.keep();
            }
            out.println("Next:  millrace demo --keep    to look around with millrace dlq, queue and stats");
            out.println("       millrace server         a server of your own; millrace --help has the first steps");
            out.flush();
            return ExitCode.OK.code();
        }
    }
}
