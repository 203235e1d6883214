package io.millrace.runtime.scaling;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronConstraintsFactory;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code cron(minutes hours day-of-month month day-of-week year)} as AWS reads it: 1 is Sunday, one of the two days is
 * {@code ?}. A time that the clocks skip in spring is left out, one that comes twice in autumn counts once.
 */
record CronTimes(ExecutionTime times, ZoneId zone) implements Schedule {
    private static final Pattern SHAPE = Pattern.compile("cron\\((.*)\\)");
    private static final int MONDAY = 2;
    private static final CronDefinition AWS = CronDefinitionBuilder.defineCron()
            .withMinutes()
            .withValidRange(0, 59)
            .withStrictRange()
            .and()
            .withHours()
            .withValidRange(0, 23)
            .withStrictRange()
            .and()
            .withDayOfMonth()
            .withValidRange(1, 31)
            .supportsL()
            .supportsW()
            .supportsLW()
            .supportsQuestionMark()
            .withStrictRange()
            .and()
            .withMonth()
            .withValidRange(1, 12)
            .withStrictRange()
            .and()
            .withDayOfWeek()
            .withValidRange(1, 7)
            .withMondayDoWValue(MONDAY)
            .supportsHash()
            .supportsL()
            .supportsQuestionMark()
            .withStrictRange()
            .and()
            .withYear()
            .withValidRange(1970, 2199)
            .withStrictRange()
            .and()
            .withCronValidation(CronConstraintsFactory.ensureEitherDayOfWeekOrDayOfMonth())
            .instance();

    /** @throws IllegalArgumentException for {@code cron} with fields that are none; says which */
    static Optional<CronTimes> parse(String text, ZoneId zone) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            Cron cron = new CronParser(AWS).parse(matcher.group(1));
            return Optional.of(new CronTimes(ExecutionTime.forCron(cron), zone));
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
        return times.nextExecution(instant.atZone(zone)).map(ZonedDateTime::toInstant);
    }
}
