package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Deletes a version of a layer; functions that use it go on working.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LayerDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "LAYER", description = "The layer.")
    private String layer;

    @Parameters(index = "1", paramLabel = "VERSION", description = "The version's number.")
    private int version;

    @Override
    public Integer call() {
        server.client().delete(LambdaClient.layerVersions(layer) + "/" + version);
        spec.commandLine().getOut().println("Deleted version " + version + " of layer " + layer);
        return ExitCode.OK.code();
    }
}
