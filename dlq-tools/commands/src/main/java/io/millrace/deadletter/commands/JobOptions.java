package io.millrace.deadletter.commands;

import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.Pace;
import io.millrace.deadletter.Selection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a job is to run: how many, how fast, and when it stops by itself. */
final class JobOptions {
    private static final Pattern WAIT = Pattern.compile("(\\d{1,6})(ms|s|m|)");
    private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3})?) ?%?");
    private static final Pattern RATE = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?)(?:/s)?");
    private static final double CANARY_SHARE = 5;

    @Option(names = "--max", paramLabel = "N", description = "At most so many, at least 1. Default: all.")
    private long max = Long.MAX_VALUE;

    @Option(
            names = "--rate",
            paramLabel = "N/s",
            description = "At most so many a second. Default: as fast as it goes.")
    private @Nullable String rate;

    @Option(
            names = "--canary",
            paramLabel = "N",
            description = "So many first; the rest only if they do not come back.")
    private @Nullable Long canary;

    @Option(
            names = "--canary-wait",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long those may take to come back, such as 30s or 5m. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private String canaryWait;

    @Option(
            names = "--stop-if-returning",
            paramLabel = "SHARE",
            description =
                    "Stop when more than this share came back dead, such as 5%%. With --canary: 5%% unless given.")
    private @Nullable String stopIfReturning;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; written down with the job.")
    private String reason = "";

    @Option(names = "--dry-run", description = "Only say what would be moved.")
    boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;

    /** @throws IllegalArgumentException naming the option, its value and what was expected */
    JobRequest request(Selection selection, Optional<String> to) {
        if (max < 1) {
            throw new IllegalArgumentException("--max is " + max + ", expected at least 1");
        }
        if (canary != null && canary < 1) {
            throw new IllegalArgumentException("--canary is " + canary + ", expected at least 1");
        }
        double perSecond =
                rate == null ? 0 : number(RATE, "--rate", rate, "messages per second above 0, such as 300/s");
        if (rate != null && perSecond <= 0) {
            throw new IllegalArgumentException("--rate is " + rate + ", expected messages per second above 0");
        }
        Pace pace = new Pace(
                perSecond, canary == null ? 0 : canary, wait(canaryWait).toMillis(), share());
        return new JobRequest(selection, to, max, pace, who(), reason);
    }

    private double share() {
        if (stopIfReturning == null) {
            return canary == null ? -1 : CANARY_SHARE / 100;
        }
        double percent = number(SHARE, "--stop-if-returning", stopIfReturning, "0% to 100%");
        if (percent > 100) {
            throw new IllegalArgumentException("--stop-if-returning is " + stopIfReturning + ", expected 0% to 100%");
        }
        return percent / 100;
    }

    private static double number(Pattern pattern, String option, String text, String expected) {
        Matcher matcher = pattern.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(option + " is '" + text + "', expected " + expected);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static Duration wait(String text) {
        Matcher matcher = WAIT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--canary-wait is '" + text + "', expected a time such as 30s or 5m");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
    }

    static String who() {
        String user = System.getProperty("user.name", "somebody");
        try {
            return user + "@" + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return user;
        }
    }
}
