package io.millrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the access keys, without their secrets.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class KeyListCommand implements Callable<Integer> {
    @Mixin
    private KeyPlace place;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        try (KeyRing keys = place.open(false)) {
            return output.print(
                    keys.list().stream(),
                    List.of("KEY", "USER", "ROLE", "CREATED"),
                    each -> List.of(
                            each.path("AccessKeyId").asText(),
                            each.path("User").asText(),
                            each.path("Role").asText(),
                            each.path("Created").asText()));
        }
    }
}
