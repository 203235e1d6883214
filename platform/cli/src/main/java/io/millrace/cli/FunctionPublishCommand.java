package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Freezes a function as its next version; an unchanged one keeps its last version.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionPublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(names = "--description", paramLabel = "TEXT", description = "Of the version; else the function's own.")
    private @Nullable String description;

    @Option(names = "--sha256", paramLabel = "BASE64", description = "Only if its code still has this hash.")
    private @Nullable String sha256;

    @Option(names = "--revision", paramLabel = "ID", description = "Only if it still has this revision.")
    private @Nullable String revision;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object();
        Json.putIfGiven(request, "Description", description);
        Json.putIfGiven(request, "CodeSha256", sha256);
        Json.putIfGiven(request, "RevisionId", revision);
        HttpResponse<byte[]> answer = server.client().send("POST", LambdaClient.versions(name), request);
        String version = LambdaClient.json(answer).path("Version").asText();
        spec.commandLine()
                .getOut()
                .println(json ? LambdaClient.text(answer) : "Function " + name + " has version " + version);
        return ExitCode.OK.code();
    }
}
