package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the verbs that list answer: with a table for people, or with what the server says, for machines. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ListOutput {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    /**
     * Prints all, as they come where it is JSON.
     *
     * @param cells of a row, as many as there are heads
     * @return the exit code
     */
    int print(Stream<JsonNode> all, List<String> heads, Function<JsonNode, List<Object>> cells) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            all.forEach(out::println);
            return ExitCode.OK.code();
        }
        Table table = new Table(heads.toArray(String[]::new));
        all.forEach(each -> table.add(cells.apply(each).toArray()));
        table.print(out);
        return ExitCode.OK.code();
    }
}
