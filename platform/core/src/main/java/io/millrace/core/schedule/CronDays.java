package io.millrace.core.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** The days of a month that a day-of-month or day-of-week field means. */
interface CronDays {
    int DAYS_OF_A_WEEK = 7;

    /** Numbers from 1. */
    BitSet of(YearMonth month);

    /**
     * @param daysOfMonth numbers as {@link CronField} has them, {@code L} (the last), {@code nW} (the weekday nearest to
     *     day n within the month), {@code LW} (the last weekday), or {@code ?}
     * @param daysOfWeek numbers as {@link CronField} has them, 1 being Sunday, {@code L} (Saturday), {@code nL} (the
     *     last one of the month), {@code n#k} (the k-th of the month), or {@code ?}
     * @throws IllegalArgumentException unless exactly one of them is {@code ?}
     */
    static CronDays parse(String daysOfMonth, String daysOfWeek) {
        boolean byWeek = daysOfMonth.equals("?");
        if (byWeek == daysOfWeek.equals("?")) {
            throw new IllegalArgumentException("day-of-month is '" + daysOfMonth + "' and day-of-week is '" + daysOfWeek
                    + "', expected ? for one of them and not for the other");
        }
        List<CronDays> terms = new ArrayList<>();
        for (String term :
                (byWeek ? daysOfWeek : daysOfMonth).toUpperCase(Locale.ROOT).split(",", -1)) {
            terms.add(byWeek ? ofWeek(term) : ofMonth(term));
        }
        return month -> {
            BitSet days = new BitSet();
            terms.forEach(term -> days.or(term.of(month)));
            return days;
        };
    }

    private static CronDays ofMonth(String term) {
        if (term.equals("L")) {
            return month -> only(month.lengthOfMonth());
        }
        if (term.equals("LW")) {
            return month -> only(nearestWeekday(month, month.lengthOfMonth()));
        }
        if (term.endsWith("W")) {
            int day = CronField.DAYS_OF_MONTH.number(term.substring(0, term.length() - 1));
            return month -> month.isValidDay(day) ? only(nearestWeekday(month, day)) : new BitSet();
        }
        BitSet numbers = new BitSet();
        CronField.DAYS_OF_MONTH.add(term, numbers);
        return month -> {
            BitSet days = (BitSet) numbers.clone();
            days.clear(month.lengthOfMonth() + 1, numbers.size() + 1);
            return days;
        };
    }

    private static CronDays ofWeek(String term) {
        if (term.equals("L")) {
            return onWeekdays(only(DAYS_OF_A_WEEK));
        }
        if (term.endsWith("L")) {
            int weekday = CronField.DAYS_OF_WEEK.number(term.substring(0, term.length() - 1));
            return month -> only(lastWeekday(month, weekday));
        }
        int hash = term.indexOf('#');
        if (hash >= 0) {
            int weekday = CronField.DAYS_OF_WEEK.number(term.substring(0, hash));
            int which = which(term, term.substring(hash + 1));
            return month -> {
                int day = firstWeekday(month, weekday) + (which - 1) * DAYS_OF_A_WEEK;
                return month.isValidDay(day) ? only(day) : new BitSet();
            };
        }
        BitSet numbers = new BitSet();
        CronField.DAYS_OF_WEEK.add(term, numbers);
        return onWeekdays(numbers);
    }

    private static int which(String term, String text) {
        if (text.length() != 1 || text.charAt(0) < '1' || text.charAt(0) > '5') {
            throw CronField.DAYS_OF_WEEK.unexpected(term);
        }
        return text.charAt(0) - '0';
    }

    private static CronDays onWeekdays(BitSet weekdays) {
        return month -> {
            BitSet days = new BitSet();
            for (int day = 1; day <= month.lengthOfMonth(); day++) {
                if (weekdays.get(weekday(month.atDay(day)))) {
                    days.set(day);
                }
            }
            return days;
        };
    }

    private static BitSet only(int day) {
        BitSet days = new BitSet();
        days.set(day);
        return days;
    }

    /** As the expressions count: 1 is Sunday. */
    private static int weekday(LocalDate date) {
        return date.getDayOfWeek().getValue() % DAYS_OF_A_WEEK + 1;
    }

    private static int firstWeekday(YearMonth month, int weekday) {
        return 1 + (weekday - weekday(month.atDay(1)) + DAYS_OF_A_WEEK) % DAYS_OF_A_WEEK;
    }

    private static int lastWeekday(YearMonth month, int weekday) {
        int last = month.lengthOfMonth();
        return last - (weekday(month.atDay(last)) - weekday + DAYS_OF_A_WEEK) % DAYS_OF_A_WEEK;
    }

    /** Monday to Friday; never in the month before or after. */
    private static int nearestWeekday(YearMonth month, int day) {
        DayOfWeek weekday = month.atDay(day).getDayOfWeek();
        if (weekday == DayOfWeek.SATURDAY) {
            return day == 1 ? day + 2 : day - 1;
        }
        if (weekday == DayOfWeek.SUNDAY) {
            return day == month.lengthOfMonth() ? day - 2 : day + 1;
        }
        return day;
    }
}
