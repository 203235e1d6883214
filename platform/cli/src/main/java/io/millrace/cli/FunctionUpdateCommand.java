package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        description = "Changes what is given of a function, the configuration before the code.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionUpdateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Mixin
    private CodeOptions code;

    @Mixin
    private FunctionOptions options;

    @Override
    public Integer call() {
        ObjectNode configuration = options.configure(Json.object());
        if (configuration.isEmpty()
                && !code.isGiven()
                && !code.publish
                && options.reserved == null
                && options.eventInvokeConfig().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "nothing to change was given");
        }
        LambdaClient client = server.client();
        if (!configuration.isEmpty()) {
            client.send("PUT", LambdaClient.function(name) + "/configuration", configuration);
            Settling.await(client, name);
        }
        if (code.isGiven()) {
            client.send("PUT", LambdaClient.function(name) + "/code", code.put(Json.object()));
            Settling.await(client, name);
        }
        options.applyRest(client, name);
        String version = code.publish ? published(client) : "";
        String watched = code.isGiven() ? WatchedCode.tell(client, name, code.path(), "updated") : "";
        spec.commandLine().getOut().println("Updated function " + name + version + watched);
        return ExitCode.OK.code();
    }

    private String published(LambdaClient client) {
        JsonNode version = LambdaClient.json(client.send("POST", LambdaClient.versions(name), Json.object()));
        return ", version " + version.path("Version").asText();
    }
}
