package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the code of a function is. */
final class CodeOptions {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    @Option(names = "--jar", paramLabel = "FILE", description = "Its code: a jar or zip, as for Lambda.")
    @Nullable
    Path jar;

    @Option(
            names = "--zip",
            paramLabel = "FILE|DIR",
            description = "Its code: a zip, a folder, or a single .py, .mjs, .js or .sh file; zipped here if need be."
                    + " A .sh file becomes the bootstrap of a provided runtime.")
    @Nullable
    Path zip;

    @Option(names = "--publish", description = "Freeze the result as the function's next version.")
    boolean publish;

    boolean isGiven() {
        return jar != null || zip != null;
    }

    /** The code as a member of a request; some must have been given. */
    ObjectNode put(ObjectNode request) {
        return request.put("ZipFile", Base64.getEncoder().encodeToString(Archive.of(path())));
    }

    /** Where it is; some must have been given. */
    Path path() {
        if (jar != null && zip != null) {
            throw new ParameterException(spec.commandLine(), "expected one of --jar and --zip");
        }
        @Nullable Path code = jar != null ? jar : zip;
        if (code == null) {
            throw new ParameterException(spec.commandLine(), "--jar or --zip is required");
        }
        return code;
    }
}
