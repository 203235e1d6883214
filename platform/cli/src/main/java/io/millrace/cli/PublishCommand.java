package io.millrace.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Publishes events to an address of a broker and waits until it has them on disk.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class PublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "invoke.NAME for a function, or any queue.")
    private String address;

    @Parameters(index = "1", arity = "0..1", paramLabel = "BODY", description = "One event; - for standard input.")
    private @Nullable String body;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Events, one per line (JSON Lines); empty lines are passed over. - for standard input.")
    private @Nullable Path file;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            description = "Message group of these events: a function runs those of one group one at a time, in order.")
    private @Nullable String group;

    @Override
    public Integer call() {
        Input input = new Input(body, file);
        if (input.isAbsent() || input.isDouble()) {
            throw new ParameterException(spec.commandLine(), "expected either BODY or --file");
        }
        try (EventStream stream = EventStream.open(broker.address, address, group)) {
            if (file == null) {
                stream.send("the event", input.bytes());
            } else {
                sendLines(input, stream);
            }
            tell(stream.finish());
            return ExitCode.OK.code();
        }
    }

    private static void sendLines(Input input, EventStream stream) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(input.stream(), StandardCharsets.UTF_8))) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    stream.send("line " + number, line.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException unreadable) {
            throw input.unreadable(unreadable);
        }
    }

    private void tell(EventStream.Summary summary) {
        PrintWriter out = spec.commandLine().getOut();
        if (broker.json) {
            out.println(Json.object()
                    .put("address", address)
                    .put("accepted", summary.accepted())
                    .put("perSecond", summary.perSecond()));
        } else {
            String rate = file == null ? "" : ", " + summary.perSecond() + " per second";
            out.println(summary.accepted() + (summary.accepted() == 1 ? " event" : " events") + " accepted by "
                    + address + rate);
        }
    }
}
