package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "create", mixinStandardHelpOptions = true, description = "Gives a version a name that can be moved.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class AliasCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name;

    @Parameters(index = "1", paramLabel = "ALIAS", description = "The new name.")
    private String alias;

    @Option(names = "--to", paramLabel = "VERSION", required = true, description = "A version's number, or $LATEST.")
    private String version;

    @Option(
            names = "--route",
            paramLabel = "VERSION=WEIGHT",
            description = "Send this share, 0.0 to 1.0, to another version.")
    private @Nullable Map<String, Double> route;

    @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
    private @Nullable String description;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object().put("Name", alias).put("FunctionVersion", version);
        Json.putIfGiven(request, "Description", description);
        if (route != null) {
            Route.put(request, route);
        }
        String answer = LambdaClient.text(server.client().send("POST", LambdaClient.aliases(name), request));
        spec.commandLine()
                .getOut()
                .println(json ? answer : "Created alias " + name + ":" + alias + " of version " + version);
        return ExitCode.OK.code();
    }
}
