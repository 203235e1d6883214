package io.millrace.deadletter.commands;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table that fits the terminal: columns as wide as they need, and the last one takes what is left. Where that is too
 * little, columns that may be cut give way, the widest first; never those with what a person copies.
 */
final class Rows {
    private static final String GAP = "  ";
    private static final int NARROWEST_LAST = 16;
    private static final int NARROWEST = 10;
    private static final Set<String> MAY_BE_CUT = Set.of("CAUSE", "KEY");

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
        int[] widths = IntStream.range(0, last).map(this::widest).toArray();
        int left = width - used(widths);
        while (left < NARROWEST_LAST && cutWidest(widths)) {
            left++;
        }
        left = Math.max(NARROWEST_LAST, left);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < last; column++) {
                String cell = cut(row.get(column), widths[column]);
                line.append(cell)
                        .append(" ".repeat(widths[column] - cell.length()))
                        .append(GAP);
            }
            out.println(line.append(cut(row.get(last), left)).toString().stripTrailing());
        }
    }

    private static int used(int[] widths) {
        return IntStream.of(widths).map(width -> width + GAP.length()).sum();
    }

    private boolean cutWidest(int[] widths) {
        int widest = -1;
        for (int column = 0; column < widths.length; column++) {
            boolean mayBeCut = MAY_BE_CUT.contains(rows.get(0).get(column)) && widths[column] > NARROWEST;
            if (mayBeCut && (widest < 0 || widths[column] > widths[widest])) {
                widest = column;
            }
        }
        if (widest >= 0) {
            widths[widest]--;
        }
        return widest >= 0;
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
