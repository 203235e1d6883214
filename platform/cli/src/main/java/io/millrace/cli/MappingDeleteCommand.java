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
        description = "Deletes a mapping; the source and what is in it stay.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "UUID", description = "The mapping.")
    private String uuid;

    @Override
    public Integer call() {
        String answer = LambdaClient.text(server.client().delete(LambdaClient.mapping(uuid)));
        spec.commandLine().getOut().println("Deleted mapping of " + MappingView.line(Json.lenient(answer)));
        return ExitCode.OK.code();
    }
}
