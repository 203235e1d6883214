package io.millrace.deadletter.commands;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A table that fits the terminal: columns as wide as they need, and the last one takes what is left. */
final class Rows {
    private static final String GAP = "  ";
    private static final int NARROWEST_LAST = 16;

    private final List<List<String>> rows = new ArrayList<>();

    Rows(String... heads) {
        rows.add(List.of(heads));
    }

    void add(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(oneLine(cell));
        }
        rows.add(row);
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    int size() {
        return rows.size() - 1;
    }

    void print(PrintWriter out, int width) {
        int last = rows.get(0).size() - 1;
        int[] widths = new int[last];
        int used = 0;
        for (int column = 0; column < last; column++) {
            widths[column] = widest(column);
            used += widths[column] + GAP.length();
        }
        int left = Math.max(NARROWEST_LAST, width - used);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < last; column++) {
                String cell = row.get(column);
                line.append(cell)
                        .append(" ".repeat(widths[column] - cell.length()))
                        .append(GAP);
            }
            out.println(line.append(cut(row.get(last), left)).toString().stripTrailing());
        }
    }

    private int widest(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }

    // What somebody put into a message must not steer the terminal.
    static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "·").strip();
    }

    /** Text of several lines without what would steer the terminal. */
    static String harmless(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "·");
    }
}
