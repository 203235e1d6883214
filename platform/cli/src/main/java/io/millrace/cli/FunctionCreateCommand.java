package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes a function of a jar, zip, folder or script.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The new function.")
    private String name;

    @Mixin
    private CodeOptions code;

    @Mixin
    private FunctionOptions options;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        if (!code.isGiven() || options.handler == null) {
            throw new ParameterException(spec.commandLine(), "--jar and --handler are required");
        }
        if (code.zip != null && options.runtime == null) {
            throw new ParameterException(spec.commandLine(), "--runtime is required with --zip");
        }
        LambdaClient client = server.client();
        ObjectNode function = options.configure(Json.object()).put("FunctionName", name);
        if (options.runtime == null) {
            function.put("Runtime", "java17");
        }
        if (code.publish) {
            function.put("Publish", true);
        }
        code.put(function.putObject("Code"));
        String answer = LambdaClient.text(client.send("POST", "/2015-03-31/functions", function));
        Settling.await(client, name);
        try {
            options.applyRest(client, name);
        } catch (CommandFailedException refused) {
            throw new CommandFailedException(
                    "function " + name + " was created, but not all options were taken: " + refused.getMessage());
        }
        String watched = WatchedCode.tell(client, name, code.path(), "created");
        String version = code.publish
                ? ", version " + Json.lenient(answer).path("Version").asText()
                : "";
        spec.commandLine().getOut().println(json ? answer : "Created function " + name + version + watched);
        return ExitCode.OK.code();
    }
}
