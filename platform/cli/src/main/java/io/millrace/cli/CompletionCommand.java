package io.millrace.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints what makes a shell complete commands and options.",
        footer = {
            "",
            "bash, zsh:  source <(millrace completion bash), here or in ~/.bashrc; zsh likewise",
            "fish:       millrace completion fish > ~/.config/fish/completions/millrace.fish"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private String shell;

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        PrintWriter out = spec.commandLine().getOut();
        switch (shell) {
            // The same for both: it finds out which of them reads it.
            case "bash", "zsh" -> out.println(AutoComplete.bash(root.getCommandName(), root));
            case "fish" -> out.print(FishCompletion.of(root));
            default ->
                throw new ParameterException(
                        spec.commandLine(), "shell is '" + shell + "', expected bash, zsh or fish");
        }
        out.flush();
        return ExitCode.OK.code();
    }
}
