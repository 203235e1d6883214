package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Shows a function or one of its versions, and fetches its code.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionGetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME[:QUALIFIER]", description = "The function, or one of its versions or aliases.")
    private String name;

    @Option(names = "--code", paramLabel = "FILE", description = "Write its archive to this file.")
    private @Nullable Path code;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        LambdaClient client = server.client();
        HttpResponse<byte[]> answer = client.get(LambdaClient.function(name));
        JsonNode function = LambdaClient.json(answer);
        if (code != null) {
            write(client.get(function.path("Code").path("Location").asText()).body(), code);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(answer));
        } else {
            FunctionView.print(function, out);
        }
        return ExitCode.OK.code();
    }

    private static void write(byte[] archive, Path file) {
        try {
            Files.write(file, archive);
        } catch (IOException failed) {
            throw new CommandFailedException("'" + file + "' cannot be written: " + failed);
        }
    }
}
