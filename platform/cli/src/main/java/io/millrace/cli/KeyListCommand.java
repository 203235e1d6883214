package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the access keys, without their secrets.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class KeyListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyPlace place;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("KEY", "USER", "ROLE", "CREATED");
        try (KeyRing keys = place.open(false)) {
            for (JsonNode each : keys.list()) {
                if (json) {
                    out.println(each);
                } else {
                    table.add(
                            each.path("AccessKeyId").asText(),
                            each.path("User").asText(),
                            each.path("Role").asText(),
                            each.path("Created").asText());
                }
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }
}
