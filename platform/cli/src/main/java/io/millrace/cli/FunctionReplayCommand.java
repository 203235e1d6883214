package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Runs past events of a function once more, also by another version of it.",
            "Counts them first. A job then moves them on; see 'millrace dlq jobs'. The server must keep its past:"
                    + " setting broker.retention."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionReplayCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofHours(24);
    private static final String REPLAYS = "/_millrace/replays/";
    private static final String JOBS = "/_millrace/dead-letters/jobs";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "Events accepted at this time or later: 2026-11-22T14:00Z, or 30m, 2h, 1d before now.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Events accepted before this time. Default: now.")
    private @Nullable String to;

    @Option(
            names = "--into",
            paramLabel = "QUALIFIER",
            description = "The version or alias that runs them; else each the one it was published to.")
    private @Nullable String into;

    @Option(
            names = "--filter",
            paramLabel = "PATTERN",
            description = "Only events whose payload matches, such as {\"country\":[\"JP\"]}.")
    private @Nullable String filter;

    @Option(names = "--rate", paramLabel = "N/s", description = "At most so many events per second.")
    private @Nullable String rate;

    @Option(names = "--max", paramLabel = "N", description = "At most so many events.")
    private @Nullable Long max;

    @Option(
            names = "--without-keys",
            description = "Takes their idempotency keys away; with them, what has a result is not run again.")
    private boolean withoutKeys;

    @Option(names = "--dry-run", description = "Only count them.")
    private boolean dryRun;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Is written down with the job.")
    private @Nullable String reason;

    @Override
    public Integer call() {
        ObjectNode job = Json.object();
        if (rate != null) {
            job.put("rate", perSecond(rate));
        }
        if (max != null) {
            job.put("max", max);
        }
        LambdaClient client = server.client();
        JsonNode replay = collected(client);
        long events = replay.path("events").asLong();
        if (dryRun || events == 0) {
            return ExitCode.OK.code();
        }
        job.put("queue", replay.path("queue").asText()).put("to", name).put("reason", reason(replay));
        return finished(client, LambdaClient.json(client.send("POST", JOBS, job)));
    }

    private double perSecond(String text) {
        try {
            double value = Double.parseDouble(text.endsWith("/s") ? text.substring(0, text.length() - 2) : text);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException noNumber) {
            throw badRate(text);
        }
        throw badRate(text);
    }

    private ParameterException badRate(String text) {
        return new ParameterException(
                spec.commandLine(), "--rate is '" + text + "', expected events per second above 0, such as 300/s");
    }

    private String reason(JsonNode replay) {
        return reason != null
                ? reason
                : "replay " + replay.path("replay").asText() + " of " + name + " from "
                        + replay.path("from").asText() + " to "
                        + replay.path("to").asText()
                        + (into == null ? "" : " into " + into);
    }

    private JsonNode collected(LambdaClient client) {
        Instant now = Instant.now();
        ObjectNode asked = Json.object().put("from", time("--from", from, now)).put("dryRun", dryRun);
        asked.put("withoutKeys", withoutKeys);
        if (to != null) {
            asked.put("to", time("--to", to, now));
        }
        Json.putIfGiven(asked, "into", into);
        Json.putIfGiven(asked, "pattern", filter);
        String path = "/_millrace/functions/" + LambdaClient.segment(name) + "/replays";
        String id = LambdaClient.json(client.send("POST", path, asked))
                .path("replay")
                .asText();
        JsonNode replay = Polling.every(
                PAUSE, PATIENCE, () -> LambdaClient.json(client.get(REPLAYS + id)), seen -> !seen.path("state")
                        .asText()
                        .equals("COLLECTING"));
        if (replay.path("state").asText().equals("FAILED")) {
            throw new CommandFailedException("replay " + id + " failed, nothing was replayed: "
                    + replay.path("reason").asText());
        }
        tell(replay);
        return replay;
    }

    private void tell(JsonNode replay) {
        say(String.format(
                Locale.ROOT,
                "%,d events of %s from %s to %s",
                replay.path("events").asLong(),
                name,
                replay.path("from").asText(),
                replay.path("to").asText()));
        leftOut(replay, "undated", "nobody noted when they were accepted");
        leftOut(replay, "unreadable", "they cannot be read");
        leftOut(replay, "withoutPayload", "their payload is gone");
    }

    private void leftOut(JsonNode replay, String member, String why) {
        if (replay.path(member).asLong() > 0) {
            say(String.format(
                    Locale.ROOT,
                    "%,d more are left out: %s",
                    replay.path(member).asLong(),
                    why));
        }
    }

    /** Watches the job; it does not need us. */
    private int finished(LambdaClient client, JsonNode begun) {
        String id = begun.path("job").asText();
        say(String.format(
                Locale.ROOT,
                "Job %s moves %,d of them on",
                id,
                begun.path("planned").asLong()));
        JsonNode job;
        try {
            job = Polling.every(
                    PAUSE, PATIENCE, () -> LambdaClient.json(client.get(JOBS + "/" + id)), seen -> !seen.path("state")
                            .asText()
                            .equals("RUNNING"));
        } catch (ServerUnavailableException away) {
            throw new ServerUnavailableException(
                    away.getMessage() + "; go on with: millrace dlq jobs resume " + id, away);
        }
        say(String.format(
                Locale.ROOT,
                "%s %s: %,d of %,d moved%s",
                id,
                job.path("state").asText(),
                job.path("moved").asLong(),
                job.path("planned").asLong(),
                job.path("outcome").asText().isEmpty()
                        ? ""
                        : "; " + job.path("outcome").asText()));
        return job.path("state").asText().equals("COMPLETED") ? ExitCode.OK.code() : ExitCode.UNFINISHED.code();
    }

    private String time(String option, String text, Instant now) {
        try {
            if (text.matches("\\d{1,9}[smh]")) {
                return now.minus(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)))
                        .toString();
            }
            return text.matches("\\d{1,6}d")
                    ? now.minus(Duration.parse("P" + text.toUpperCase(Locale.ROOT)))
                            .toString()
                    : OffsetDateTime.parse(text).toInstant().toString();
        } catch (DateTimeException malformed) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is '" + text + "', expected a time such as 2026-11-22T14:00Z, or 30m, 2h, 1d");
        }
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
