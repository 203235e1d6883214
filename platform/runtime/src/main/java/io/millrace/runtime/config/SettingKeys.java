package io.millrace.runtime.config;

import java.util.Comparator;
import java.util.Locale;

/** Tells a key that exists from one that was meant. */
final class SettingKeys {
    private SettingKeys() {}

    /** @throws InvalidSettingException for a key that is not in the table; suggests the nearest one */
    static void requireKnown(String key) {
        if (!SettingTable.BY_KEY.containsKey(key)) {
            throw new InvalidSettingException("setting '" + InvalidSettingException.printable(key)
                    + "' does not exist, expected a known key; did you mean " + nearest(key) + "?");
        }
    }

    private static String nearest(String key) {
        String wanted = key.toLowerCase(Locale.ROOT);
        return SettingTable.rows().stream()
                .map(Setting::key)
                .min(Comparator.comparingInt(known -> distance(wanted, known.toLowerCase(Locale.ROOT))))
                .orElseThrow();
    }

    /** Insertions, deletions and exchanges that turn one text into the other (Levenshtein), in one row of memory. */
    private static int distance(String from, String to) {
        int[] costs = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            costs[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int diagonal = costs[0];
            costs[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int above = costs[column];
                int exchange = diagonal + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                costs[column] = Math.min(exchange, Math.min(above, costs[column - 1]) + 1);
                diagonal = above;
            }
        }
        return costs[to.length()];
    }
}
