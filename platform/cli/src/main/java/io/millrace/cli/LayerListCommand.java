package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the newest version of every layer, or all versions of one.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LayerListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Parameters(arity = "0..1", paramLabel = "LAYER", description = "The layer.")
    private @Nullable String layer;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                versions(server.client()).stream(),
                List.of("LAYER VERSION", "CREATED", "RUNTIMES", "DESCRIPTION"),
                version -> List.of(
                        version.path("LayerVersionArn").asText(),
                        version.path("CreatedDate").asText(),
                        runtimes(version),
                        version.path("Description").asText()));
    }

    private List<JsonNode> versions(LambdaClient client) {
        return layer == null
                ? client.list("/2018-10-31/layers", "Layers").stream()
                        .map(each -> each.path("LatestMatchingVersion"))
                        .toList()
                : client.list(LambdaClient.layerVersions(layer), "LayerVersions");
    }

    private static String runtimes(JsonNode version) {
        List<String> names = new ArrayList<>();
        version.path("CompatibleRuntimes").forEach(name -> names.add(name.asText()));
        return String.join(",", names);
    }
}
