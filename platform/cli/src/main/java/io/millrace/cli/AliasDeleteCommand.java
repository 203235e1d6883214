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
        description = "Deletes an alias, and its provisioned concurrency with it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class AliasDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name;

    @Parameters(index = "1", paramLabel = "ALIAS", description = "The alias.")
    private String alias;

    @Override
    public Integer call() {
        server.client().delete(LambdaClient.alias(name, alias));
        spec.commandLine().getOut().println("Deleted alias " + name + ":" + alias);
        return ExitCode.OK.code();
    }
}
