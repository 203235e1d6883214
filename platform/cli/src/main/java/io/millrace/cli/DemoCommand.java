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
        PrintWriter out = spec.commandLine().getOut();
        Screen screen = Screen.of(Output.isTerminal(), Output.charset());
        try (DemoServer server = DemoServer.start(keep, out)) {
            boolean shown = new EarthquakeDemo(server.millrace(), screen, out).run();
            if (!shown) {
                out.flush();
                throw new CommandFailedException("not every event that was accepted came to its end, see above");
            }
            if (keep) {
                server.keep();
            }
            return ExitCode.OK.code();
        }
    }
}
