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
        description = "Deletes an access key: from now on nobody gets in with it. The last one only with --data.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class KeyDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyPlace place;

    @Parameters(paramLabel = "ID", description = "The access key, AKIA...")
    private String id;

    @Override
    public Integer call() {
        try (KeyRing keys = place.open(false)) {
            keys.delete(id);
        }
        spec.commandLine().getOut().println("Deleted key " + id);
        return ExitCode.OK.code();
    }
}
