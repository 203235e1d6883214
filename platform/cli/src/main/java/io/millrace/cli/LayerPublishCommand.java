package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
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
        description = "Publishes the next version of a layer; functions find it unpacked in /opt.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LayerPublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "LAYER", description = "The layer, new or not.")
    private String layer;

    @Option(names = "--zip", paramLabel = "FILE|DIR", required = true, description = "A zip or jar, or a folder.")
    private Path zip;

    @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
    private @Nullable String description;

    @Option(names = "--license", paramLabel = "TEXT", description = "Its licence.")
    private @Nullable String license;

    @Option(names = "--runtime", paramLabel = "NAME", description = "A runtime it is for; may be given several times.")
    private @Nullable List<String> runtimes;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object();
        request.putObject("Content").put("ZipFile", Base64.getEncoder().encodeToString(Archive.of(zip)));
        Json.putIfGiven(request, "Description", description);
        Json.putIfGiven(request, "LicenseInfo", license);
        if (runtimes != null) {
            runtimes.forEach(request.putArray("CompatibleRuntimes")::add);
        }
        String answer = LambdaClient.text(server.client().send("POST", LambdaClient.layerVersions(layer), request));
        String arn = Json.lenient(answer).path("LayerVersionArn").asText();
        spec.commandLine().getOut().println(json ? answer : "Published " + arn);
        return ExitCode.OK.code();
    }
}
