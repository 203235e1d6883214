package io.millrace.core.schedule;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * One of the fields of a cron expression that are sets of numbers: {@code *}, numbers or names, ranges {@code a-b},
 * steps {@code a/n}, {@code a-b/n} and {@code *}{@code /n}, and lists of these.
 *
 * @param names of the numbers from {@code minimum} on, in capitals; empty where they have none
 * @param wraps whether a range may go over the end, such as {@code FRI-MON}
 */
record CronField(String title, int minimum, int maximum, List<String> names, boolean wraps) {
    static final CronField MINUTES = new CronField("minutes", 0, 59, List.of(), false);
    static final CronField HOURS = new CronField("hours", 0, 23, List.of(), true);
    static final CronField DAYS_OF_MONTH = new CronField("day-of-month", 1, 31, List.of(), false);
    static final CronField MONTHS = new CronField(
            "month",
            1,
            12,
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
            true);
    static final CronField DAYS_OF_WEEK =
            new CronField("day-of-week", 1, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), true);
    static final CronField YEARS = new CronField("year", 1970, 2199, List.of(), false);

    /** @throws IllegalArgumentException if it is no list of the field's terms */
    BitSet numbers(String list) {
        BitSet numbers = new BitSet(maximum + 1);
        for (String term : list.split(",", -1)) {
            add(term, numbers);
        }
        return numbers;
    }

    /** Adds what one term of a list stands for. */
    void add(String term, BitSet numbers) {
        String[] parts = term.split("/", -1);
        if (parts.length > 2) {
            throw unexpected(term);
        }
        String[] ends = parts[0].split("-", -1);
        if (ends.length > 2) {
            throw unexpected(term);
        }
        boolean all = parts[0].equals("*");
        boolean stepped = parts.length == 2;
        int from = all ? minimum : number(ends[0]);
        int to = ends.length == 2 ? number(ends[1]) : all || stepped ? maximum : from;
        int step = stepped ? step(parts[1], term) : 1;
        int size = maximum - minimum + 1;
        if (to < from && !wraps) {
            throw unexpected(term);
        }
        int last = to < from ? to + size : to;
        for (int number = from; number <= last; number += step) {
            numbers.set(number > maximum ? number - size : number);
        }
    }

    /** @throws IllegalArgumentException if it is neither a number in the range nor a name */
    int number(String text) {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return minimum + named;
        }
        int number = digits(text);
        if (number < minimum || number > maximum) {
            throw unexpected(text);
        }
        return number;
    }

    private int step(String text, String term) {
        int step = digits(text);
        if (step < 1 || step > maximum) {
            throw unexpected(term);
        }
        return step;
    }

    /** -1 if it is no number of at most four digits. */
    private static int digits(String text) {
        boolean isNumber = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Integer.parseInt(text) : -1;
    }

    IllegalArgumentException unexpected(String term) {
        String orNames = names.isEmpty() ? "" : " or " + names.get(0) + "-" + names.get(names.size() - 1);
        return new IllegalArgumentException(
                title + " has '" + term + "', expected " + minimum + "-" + maximum + orNames);
    }
}
