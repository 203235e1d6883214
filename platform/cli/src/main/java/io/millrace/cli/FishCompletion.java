package io.millrace.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What makes the fish shell complete the commands and options of a tree of commands. */
final class FishCompletion {
    // Which commands were typed so far, without options; what a command takes after its name does not matter to them.
    private static final String HEAD =
            """
            function __NAME_words
                for word in (commandline -opc)[2..-1]
                    string match -q -- '-*' $word; or echo $word
                end
            end
            function __NAME_at
                test (string join ' ' (__NAME_words)) = "$argv"
            end
            function __NAME_in
                string match -q -- "$argv *" (string join ' ' (__NAME_words))' '
            end
            """;

    private final String name;
    private final List<String> lines = new ArrayList<>();

    private FishCompletion(String name) {
        this.name = name;
    }

    static String of(CommandLine root) {
        FishCompletion completion = new FishCompletion(root.getCommandName());
        completion.add(root, "");
        return HEAD.replace("NAME", completion.name) + String.join("\n", completion.lines) + "\n";
    }

    private void add(CommandLine command, String path) {
        // By their first names: an alias is for those who know it.
        Set<CommandLine> below = new LinkedHashSet<>(command.getSubcommands().values());
        for (CommandLine each : below) {
            line(
                    "__" + name + "_at" + path,
                    "-f -a " + each.getCommandName(),
                    each.getCommandSpec().usageMessage().description());
        }
        if (below.isEmpty()) {
            command.getCommandSpec().options().forEach(option -> add(option, path));
        }
        for (CommandLine each : below) {
            add(each, path + " " + each.getCommandName());
        }
    }

    private void add(OptionSpec option, String path) {
        StringBuilder names = new StringBuilder();
        for (String each : option.names()) {
            names.append(each.startsWith("--") ? " -l " + each.substring(2) : " -s " + each.substring(1));
        }
        String takes = option.arity().max() > 0 ? " -r" : "";
        line("__" + name + "_in" + path, names.substring(1) + takes, option.description());
    }

    private void line(String when, String what, String[] description) {
        String text = description.length == 0 ? "" : " -d " + quoted(description[0]);
        lines.add("complete -c " + name + " -n " + quoted(when) + " " + what + text);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
