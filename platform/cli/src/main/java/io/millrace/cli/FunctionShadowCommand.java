package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        name = "shadow",
        mixinStandardHelpOptions = true,
        description = {
            "Has another version run a share of a function's events, too, and compares what came of both.",
            "Without options it shows that. Destinations get one record of each event, that of the event itself; what the"
                    + " code does by itself it does twice."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionShadowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(names = "--to", paramLabel = "QUALIFIER", description = "The version or alias that runs the copies.")
    private @Nullable String to;

    @Option(names = "--share", paramLabel = "SHARE", description = "Of the events, above 0 and up to 1, such as 0.1.")
    private @Nullable Double share;

    @Option(
            names = "--of",
            paramLabel = "QUALIFIER",
            description = "Only of events published to this version or alias; else of all.")
    private @Nullable String of;

    @Option(names = "--off", description = "Ends it.")
    private boolean off;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        boolean sets = to != null || share != null || of != null;
        if (off && sets) {
            throw new ParameterException(spec.commandLine(), "--off is given, expected nothing to set");
        }
        if (sets && (to == null || share == null)) {
            throw new ParameterException(
                    spec.commandLine(), (to == null ? "--to" : "--share") + " is missing, expected --to and --share");
        }
        LambdaClient client = server.client();
        String path = "/_millrace/functions/" + LambdaClient.segment(name) + "/shadow";
        if (off) {
            client.delete(path);
            spec.commandLine().getOut().println(name + " has no shadow any more");
            return ExitCode.OK.code();
        }
        show(LambdaClient.json(sets ? client.send("PUT", path, asked()) : client.get(path)));
        return ExitCode.OK.code();
    }

    private ObjectNode asked() {
        ObjectNode asked = Json.object().put("share", share);
        Json.putIfGiven(asked, "to", to);
        Json.putIfGiven(asked, "of", of);
        return asked;
    }

    private void show(JsonNode state) {
        if (json) {
            spec.commandLine().getOut().println(state);
        } else {
            new ShadowView(state).print(spec.commandLine().getOut());
        }
        spec.commandLine().getOut().flush();
    }
}
