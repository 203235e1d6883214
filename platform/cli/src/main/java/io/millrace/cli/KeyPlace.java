package io.millrace.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which server's keys a command is about. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class KeyPlace {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of a server that does not run now, instead of --server.")
    private @Nullable Path data;

    /** @param isNew whether the directory may be made */
    KeyRing open(boolean isNew) {
        if (data == null) {
            return new KeysOfServer(server.client());
        }
        if (spec.commandLine().getParseResult().hasMatchedOption("--server")) {
            throw new ParameterException(spec.commandLine(), "--data and --server exclude each other");
        }
        return KeysOfData.open(data, isNew);
    }
}
