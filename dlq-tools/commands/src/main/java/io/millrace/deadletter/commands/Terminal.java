package io.millrace.deadletter.commands;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the commands know of who reads them.
 *
 * @param interactive whether a person sees the output as it comes, and can answer
 * @param width columns of a line
 * @param editor the command that opens the person's editor; may have arguments
 */
public record Terminal(boolean interactive, int width, String editor) {
    private static final String USUAL_EDITOR = "vi";
    private static final int USUAL_WIDTH = 100;
    private static final int NARROWEST = 40;

    /** With the editor that everybody has. */
    public Terminal(boolean interactive, int width) {
        this(interactive, width, USUAL_EDITOR);
    }

    static Terminal ofThisProcess() {
        Console console = System.console();
        int width = Optional.ofNullable(System.getenv("COLUMNS"))
                .filter(columns -> columns.matches("\\d{1,4}"))
                .map(Integer::parseInt)
                .orElse(USUAL_WIDTH);
        String editor = Optional.ofNullable(System.getenv("VISUAL"))
                .or(() -> Optional.ofNullable(System.getenv("EDITOR")))
                .orElse(USUAL_EDITOR);
        return new Terminal(isTerminal(console), Math.max(NARROWEST, width), editor);
    }

    // Since JDK 22 there is a console also where there is no terminal; it then says so.
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException beforeJdk22) {
            return true;
        }
    }

    /** Whether the person answers yes. */
    boolean confirms(PrintWriter out, String question) {
        return ask(out, question + " [y/N] ").matches("(?i)y|yes");
    }

    /** What the person types; empty at the end of the input. */
    String ask(PrintWriter out, String question) {
        out.print(question);
        out.flush();
        try {
            // Not closed: it is the process's own.
            String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
            return answer == null ? "" : answer.strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the answer could not be read", unreadable);
        }
    }
}
