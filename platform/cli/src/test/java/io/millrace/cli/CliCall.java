package io.millrace.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A command as {@link CliProcess} runs it, without the process: the same command line up to the exit code that Main ends
 * with. For what asks a server many things; that the process itself does as it should is asked elsewhere, for each kind
 * of command (ServerIT, KeyVerbsIT, ReadmeIT).
 *
 * @param out all of standard output meanwhile
 * @param err all of standard error meanwhile, so what was logged, too; but for what {@link StandardError} leaves out
 */
record CliCall(int exitCode, String out, String err) {
    static CliCall run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        int exitCode;
        try {
            exitCode = MillraceCommand.commandLine()
                    .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        } finally {
            System.out.flush();
            System.err.flush();
            System.setOut(realOut);
            System.setErr(realErr);
        }
        return new CliCall(
                exitCode,
                out.toString(StandardCharsets.UTF_8),
                StandardError.withoutStalls(err.toString(StandardCharsets.UTF_8)));
    }
}
