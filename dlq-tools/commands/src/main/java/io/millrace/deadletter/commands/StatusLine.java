package io.millrace.deadletter.commands;

import java.io.PrintWriter;

/** One line of a terminal that is written over until what it was about is done. Thread-safe. */
final class StatusLine {
    private final PrintWriter out;
    private final Terminal terminal;
    private int shown;

    StatusLine(PrintWriter out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    synchronized void show(String text) {
        if (!terminal.interactive()) {
            return;
        }
        String line = Rows.cut(Rows.oneLine(text), terminal.width() - 1);
        out.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
        out.flush();
        shown = line.length();
    }

    synchronized void clear() {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown) + "\r");
            out.flush();
            shown = 0;
        }
    }
}
