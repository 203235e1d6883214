package io.millrace.examples.earthquakes.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Dead letters by cause, the most frequent first. */
public final class CauseTable {
    /** With our own causes beside it, a line is 80 characters. */
    private static final int EXAMPLE_WIDTH = 43;

    private final Screen screen;

    public CauseTable(Screen screen) {
        this.screen = screen;
    }

    /**
     * One group of dead letters.
     *
     * @param errorType class name, with or without its package
     * @param example the message of one of them; may come from anybody's code
     */
    public record Cause(long count, String errorType, String example) {}

    /** Lines with their ends: a header, a rule, one line per cause and the sum. */
    public String render(List<Cause> causes) {
        List<String[]> rows = new ArrayList<>();
        causes.stream()
                .sorted(Comparator.comparingLong(Cause::count).reversed().thenComparing(Cause::errorType))
                .forEach(cause -> rows.add(row(cause)));
        long sum = causes.stream().mapToLong(Cause::count).sum();
        rows.add(0, new String[] {"count", "cause", "for example"});
        rows.add(new String[] {Long.toString(sum), "dead letters", ""});

        int count = width(rows, 0);
        int cause = width(rows, 1);
        int example = width(rows, 2);
        String line = screen.glyph("─", "-");
        String cross = line + screen.glyph("┼", "+") + line;
        String rule = line.repeat(count) + cross + line.repeat(cause) + cross + line.repeat(example);
        String wall = " " + screen.glyph("│", "|") + " ";

        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            lines.add((" ".repeat(count - row[0].length()) + row[0] + wall + padded(row[1], cause) + wall + row[2])
                    .stripTrailing());
        }
        lines.add(lines.size() - 1, rule);
        lines.add(1, rule);
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private String[] row(Cause cause) {
        String type = cause.errorType().substring(cause.errorType().lastIndexOf('.') + 1);
        return new String[] {Long.toString(cause.count()), printable(type), shortened(printable(cause.example()))};
    }

    /** A message may hold line ends and terminal escapes; neither may reach the table. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private String shortened(String text) {
        String dots = screen.glyph("…", "...");
        return text.length() <= EXAMPLE_WIDTH ? text : text.substring(0, EXAMPLE_WIDTH - dots.length()) + dots;
    }

    private static int width(List<String[]> rows, int column) {
        return rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
