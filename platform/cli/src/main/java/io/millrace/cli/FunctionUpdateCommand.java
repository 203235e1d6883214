package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    private FunctionOptions options;

    @Override
    public Integer call() {
        ObjectNode configuration = options.configure(Json.object());
        @Nullable Path jar = options.jar;
        if (configuration.isEmpty()
                && jar == null
                && options.reserved == null
                && options.eventInvokeConfig().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "nothing to change was given");
        }
        LambdaClient client = server.client();
        if (!configuration.isEmpty()) {
            client.send("PUT", LambdaClient.function(name) + "/configuration", configuration);
        }
        if (jar != null) {
            ObjectNode code = Json.object().put("ZipFile", Base64.getEncoder().encodeToString(options.archive(jar)));
            client.send("PUT", LambdaClient.function(name) + "/code", code);
        }
        options.applyRest(client, name);
        spec.commandLine().getOut().println("Updated function " + name);
        return ExitCode.OK.code();
    }
}
