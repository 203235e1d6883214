package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
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
        name = "update",
        mixinStandardHelpOptions = true,
        description = "Moves an alias to another version, at once or by a share.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class AliasUpdateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name;

    @Parameters(index = "1", paramLabel = "ALIAS", description = "The alias.")
    private String alias;

    @Option(names = "--to", paramLabel = "VERSION", description = "A version's number, or $LATEST.")
    private @Nullable String version;

    @Option(
            names = "--route",
            paramLabel = "VERSION=WEIGHT",
            description = "Send this share, 0.0 to 1.0, to another version.")
    private @Nullable Map<String, Double> route;

    @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
    private @Nullable String description;

    @Option(names = "--no-route", description = "Send all to the alias's own version.")
    private boolean noRoute;

    @Option(names = "--revision", paramLabel = "ID", description = "Only if it still has this revision.")
    private @Nullable String revision;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object();
        Json.putIfGiven(request, "FunctionVersion", version);
        Json.putIfGiven(request, "Description", description);
        if (route != null || noRoute) {
            Route.put(request, noRoute || route == null ? Map.of() : route);
        }
        if (request.isEmpty() || (route != null && noRoute)) {
            throw new ParameterException(
                    spec.commandLine(), "expected --to, --description, and one of --route and --no-route");
        }
        Json.putIfGiven(request, "RevisionId", revision);
        String answer = LambdaClient.text(server.client().send("PUT", LambdaClient.alias(name, alias), request));
        spec.commandLine().getOut().println(json ? answer : "Updated alias " + name + ":" + alias);
        return ExitCode.OK.code();
    }
}
