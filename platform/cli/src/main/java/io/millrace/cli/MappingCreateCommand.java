package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "create", mixinStandardHelpOptions = true, description = "Feeds a function from a queue or a stream.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private MappingOptions options;

    @Mixin
    private MappingSourceOptions source;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            required = true,
            description = "The function, or NAME:VERSION or NAME:ALIAS.")
    private String function;

    @Option(names = "--disabled", description = "Do not begin yet.")
    private boolean disabled;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        if (!source.isClear()) {
            throw new ParameterException(
                    spec.commandLine(), "expected one of --source (or --queue) and --bootstrap-servers");
        }
        LambdaClient client = server.client();
        ObjectNode request = Json.object().put("FunctionName", function);
        source.put(request, queue -> arn(client, queue));
        options.put(request);
        if (disabled) {
            request.put("Enabled", false);
        }
        String answer = LambdaClient.text(client.send("POST", LambdaClient.mappings(), request));
        spec.commandLine()
                .getOut()
                .println(json ? answer : "Created mapping of " + MappingView.line(Json.lenient(answer)));
        return ExitCode.OK.code();
    }

    /** Region and account are the server's, as the ARN of the function tells. */
    private String arn(LambdaClient client, String queue) {
        String[] parts = LambdaClient.json(client.get(LambdaClient.function(function) + "/configuration"))
                .path("FunctionArn")
                .asText()
                .split(":", -1);
        if (parts.length < 5) {
            throw new CommandFailedException("the server shows function '" + function + "' without an ARN");
        }
        return "arn:aws:sqs:" + parts[3] + ":" + parts[4] + ":" + queue;
    }
}
