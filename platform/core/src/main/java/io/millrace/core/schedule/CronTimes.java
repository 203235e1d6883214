package io.millrace.core.schedule;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code cron(minutes hours day-of-month month day-of-week year)} as AWS reads it: 1 is Sunday, one of the two days is
 * {@code ?}. A time that the clocks skip in spring is left out, one that comes twice in autumn counts once, the first
 * time: so does EventBridge Scheduler (its user guide, "Daylight savings time").
 */
final class CronTimes implements Timetable {
    private static final Pattern SHAPE = Pattern.compile("cron\\((.*)\\)");
    private static final int FIELDS = 6;

    private final BitSet minutes;
    private final BitSet hours;
    private final CronDays days;
    private final BitSet months;
    private final BitSet years;
    private final ZoneId zone;

    private CronTimes(String[] fields, ZoneId zone) {
        this.minutes = CronField.MINUTES.numbers(fields[0]);
        this.hours = CronField.HOURS.numbers(fields[1]);
        this.days = CronDays.parse(fields[2], fields[4]);
        this.months = CronField.MONTHS.numbers(fields[3]);
        this.years = CronField.YEARS.numbers(fields[5]);
        this.zone = zone;
    }

    /** @throws IllegalArgumentException for {@code cron} with fields that are none; says which */
    static Optional<CronTimes> parse(String text, ZoneId zone) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String[] fields = matcher.group(1).strip().split("\\s+", -1);
        try {
            if (fields.length != FIELDS) {
                throw new IllegalArgumentException(fields.length + " fields, expected " + FIELDS);
            }
            return Optional.of(new CronTimes(fields, zone));
        } catch (IllegalArgumentException noCron) {
            throw new IllegalArgumentException(
                    "Schedule is '" + text
                            + "', expected cron(minutes hours day-of-month month day-of-week year): "
                            + noCron.getMessage(),
                    noCron);
        }
    }

    @Override
    public Optional<Instant> after(Instant instant) {
        LocalDateTime from = instant.atZone(zone)
                .toLocalDateTime()
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        Optional<LocalDateTime> local = atOrAfter(from);
        while (local.isPresent()) {
            List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local.get());
            // None: the clocks skip it. Two: the first counts, which may have been before.
            if (!offsets.isEmpty()) {
                Instant time = local.get().toInstant(offsets.get(0));
                if (time.isAfter(instant)) {
                    return Optional.of(time);
                }
            }
            local = atOrAfter(local.get().plusMinutes(1));
        }
        return Optional.empty();
    }

    private Optional<LocalDateTime> atOrAfter(LocalDateTime from) {
        LocalDate today = from.toLocalDate();
        return dayAtOrAfter(today)
                .filter(today::equals)
                .flatMap(day -> timeAtOrAfter(from.toLocalTime()))
                .map(today::atTime)
                .or(() -> dayAtOrAfter(today.plusDays(1))
                        .flatMap(day -> timeAtOrAfter(LocalTime.MIDNIGHT).map(day::atTime)));
    }

    private Optional<LocalTime> timeAtOrAfter(LocalTime from) {
        for (int hour = hours.nextSetBit(from.getHour()); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            int minute = minutes.nextSetBit(hour == from.getHour() ? from.getMinute() : 0);
            if (minute >= 0) {
                return Optional.of(LocalTime.of(hour, minute));
            }
        }
        return Optional.empty();
    }

    private Optional<LocalDate> dayAtOrAfter(LocalDate from) {
        YearMonth first = YearMonth.from(from);
        for (int year = years.nextSetBit(from.getYear()); year >= 0; year = years.nextSetBit(year + 1)) {
            int startMonth = year == from.getYear() ? from.getMonthValue() : 1;
            for (int month = months.nextSetBit(startMonth); month >= 0; month = months.nextSetBit(month + 1)) {
                YearMonth candidate = YearMonth.of(year, month);
                int day = days.of(candidate).nextSetBit(candidate.equals(first) ? from.getDayOfMonth() : 1);
                if (day >= 0) {
                    return Optional.of(candidate.atDay(day));
                }
            }
        }
        return Optional.empty();
    }
}
