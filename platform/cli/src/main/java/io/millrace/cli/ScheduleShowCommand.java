package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a schedule.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private StoredSchedule schedule;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        JsonNode answer = schedule.show(server.client());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer);
        } else {
            answer.properties().forEach(each -> out.printf("%-27s %s%n", each.getKey(), shown(each.getValue())));
        }
        return ExitCode.OK.code();
    }

    private static String shown(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.asText();
    }
}
