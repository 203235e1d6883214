package io.millrace.deadletter.commands;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.deadletter.Selection;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options by which all verbs say which dead letters are meant. All that are given must hold. */
final class SelectionOptions {
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})(s|m|h|d)");

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    @Option(names = "--id", paramLabel = "ID", description = "Only this one; may be given several times.")
    private List<String> ids = List.of();

    @Option(
            names = {"--error", "--cause"},
            paramLabel = "TYPE",
            description = "Only those with this error type; with * at its end, with one that begins so.")
    private @Nullable String error;

    @Option(
            names = "--group",
            paramLabel = "FINGERPRINT",
            description = "Only those of this group, as groups shows it.")
    private @Nullable String group;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those that died at or after it: 15m, 2h or 3d ago, or 2026-11-21T09:30[Z]."
                    + " Whose death nobody recorded is left out.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only those that died before it.")
    private @Nullable String until;

    @Option(names = "--function", paramLabel = "NAME", description = "Only those of this function.")
    private @Nullable String function;

    @Option(
            names = "--function-version",
            paramLabel = "VERSION",
            description = "Only those that this version of the function failed on.")
    private @Nullable String version;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "Only those with this property or header; may be given several times.")
    private List<String> headers = List.of();

    @Option(
            names = "--json-path",
            paramLabel = "/POINTER=VALUE",
            description = "Only those with this value at this place of a JSON body; may be given several times.")
    private List<String> json = List.of();

    @Option(names = "--body-contains", paramLabel = "TEXT", description = "Only those with this text in their body.")
    private @Nullable String bodyContains;

    @Option(
            names = "--where",
            paramLabel = "SELECTOR",
            description = "Only those for which this holds, in the broker's selector language.")
    private @Nullable String where;

    /** What they say, with times as of now. */
    Selection selection() {
        return selection(Clock.system(ZoneId.systemDefault()));
    }

    Selection selection(Clock clock) {
        return new Selection(
                Set.copyOf(ids),
                Optional.ofNullable(error),
                Optional.ofNullable(where),
                new Selection.Period(time("--since", since, clock), time("--until", until, clock)),
                Optional.ofNullable(function),
                Optional.ofNullable(version),
                pairs("--header", headers),
                pointers(),
                Optional.ofNullable(bodyContains),
                Optional.ofNullable(group));
    }

    private Map<String, String> pointers() {
        Map<String, String> pointers = pairs("--json-path", json);
        for (String pointer : pointers.keySet()) {
            try {
                JsonPointer.compile(pointer);
            } catch (IllegalArgumentException wrong) {
                throw expected("--json-path", pointer, "a JSON pointer such as /order/id=7");
            }
        }
        return pointers;
    }

    private Map<String, String> pairs(String option, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String each : given) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw expected(option, each, "NAME=VALUE");
            }
            if (pairs.put(each.substring(0, equals), each.substring(equals + 1)) != null) {
                throw expected(option, each, "each name once");
            }
        }
        return pairs;
    }

    private Optional<Instant> time(String option, @Nullable String given, Clock clock) {
        if (given == null) {
            return Optional.empty();
        }
        Matcher ago = AGO.matcher(given.toLowerCase(Locale.ROOT));
        if (ago.matches()) {
            return Optional.of(clock.instant().minus(length(Long.parseLong(ago.group(1)), ago.group(2))));
        }
        try {
            return Optional.of(instant(given, clock.getZone()));
        } catch (DateTimeException wrong) {
            throw expected(option, given, "15m, 2h or 3d for so long ago, or a time such as 2026-11-21T09:30Z");
        }
    }

    private static Duration length(long count, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    // With an offset, else in the reader's own time zone, in which the tables are too.
    private static Instant instant(String time, ZoneId zone) {
        if (!time.contains("T") && !time.contains(" ") && !time.contains(":")) {
            return LocalDate.parse(time).atTime(LocalTime.MIDNIGHT).atZone(zone).toInstant();
        }
        String normal = time.replace(' ', 'T');
        boolean hasOffset = normal.matches(".*(Z|[+-]\\d\\d:?\\d\\d)");
        return hasOffset
                ? OffsetDateTime.parse(normal).toInstant()
                : LocalDateTime.parse(normal).atZone(zone).toInstant();
    }

    private ParameterException expected(String option, String value, String expected) {
        return new ParameterException(spec.commandLine(), option + " is '" + value + "', expected " + expected);
    }
}
