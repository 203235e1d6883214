package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes an access key and shows its secret, this once. From the first key on the server wants"
                + " every request signed.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class KeyCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyPlace place;

    @Option(names = "--user", paramLabel = "NAME", required = true, description = "Whose key it is.")
    private String user;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "What it may do: admin, reader, or invoker:PATTERN for the functions whose name matches.")
    private @Nullable String role;

    @Option(
            names = "--statements",
            paramLabel = "FILE",
            description = "What it may do, as JSON: [{\"actions\": [\"lambda:*\"], \"resources\": [\"orders*\"]}]")
    private @Nullable Path statements;

    @Option(names = "--json", description = "Print the key as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object().put("User", user);
        if (role != null && statements == null) {
            request.put("Role", role);
        } else if (statements != null && role == null) {
            request.set("Statements", read(statements));
        } else {
            throw new ParameterException(spec.commandLine(), "expected either --role or --statements");
        }
        try (KeyRing keys = place.open(true)) {
            print(keys.create(request), spec.commandLine().getOut());
        }
        return ExitCode.OK.code();
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode statements = Json.lenient(Files.readString(file));
            if (statements.isArray()) {
                return statements;
            }
        } catch (IOException unreadable) {
            throw new CommandFailedException("'" + file + "' cannot be read: " + unreadable);
        }
        throw new CommandFailedException(
                "'" + file + "' is no JSON array, expected statements with actions and" + " resources");
    }

    private void print(JsonNode key, PrintWriter out) {
        if (json) {
            out.println(key);
            return;
        }
        // As a shell takes it.
        out.println("AWS_ACCESS_KEY_ID=" + key.path("AccessKeyId").asText());
        out.println("AWS_SECRET_ACCESS_KEY=" + key.path("SecretAccessKey").asText());
    }
}
