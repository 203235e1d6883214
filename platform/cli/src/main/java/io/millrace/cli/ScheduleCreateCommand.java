package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Has a function run, or a message sent to a queue, at given times.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleCreateCommand implements Callable<Integer> {
    private static final int REGION = 3;
    private static final int ACCOUNT = 4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private StoredSchedule schedule;

    @Option(
            names = "--expression",
            paramLabel = "WHEN",
            required = true,
            description = "Such as 'rate(5 minutes)', 'cron(0 8 ? * MON-FRI *)' or 'at(2026-11-20T08:00:00)'.")
    private String expression;

    @Option(names = "--timezone", paramLabel = "ZONE", description = "Such as Europe/Berlin. Default: UTC")
    private @Nullable String timeZone;

    @Option(names = "--function", paramLabel = "NAME", description = "The function, or NAME:VERSION or NAME:ALIAS.")
    private @Nullable String function;

    @Option(names = "--queue", paramLabel = "QUEUE", description = "A queue instead of a function.")
    private @Nullable String queue;

    @Option(
            names = "--input",
            paramLabel = "JSON",
            description = "The event. <aws.scheduler.scheduled-time> and its like in it are filled in.")
    private @Nullable String input;

    @Option(names = "--dead-letters", paramLabel = "QUEUE", description = "Gets what cannot be delivered.")
    private @Nullable String deadLetters;

    @Option(names = "--window", paramLabel = "MINUTES", description = "Some time within so many minutes, 1 to 1440.")
    private @Nullable Integer window;

    @Option(names = "--delete-when-done", description = "Delete the schedule when nothing is due any more.")
    private boolean deleteWhenDone;

    @Option(names = "--disabled", description = "Do not begin yet.")
    private boolean disabled;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        if ((function == null) == (queue == null)) {
            throw new ParameterException(spec.commandLine(), "expected one of --function and --queue");
        }
        LambdaClient client = server.client();
        JsonNode answer = client.schedules("POST", LambdaClient.schedule(schedule.name()), request(client));
        spec.commandLine().getOut().println(json ? answer : "Created schedule " + schedule.name());
        return ExitCode.OK.code();
    }

    private ObjectNode request(LambdaClient client) {
        ObjectNode request = Json.object()
                .put("GroupName", schedule.group())
                .put("ScheduleExpression", expression)
                .put("ClientToken", UUID.randomUUID().toString());
        Json.putIfGiven(request, "ScheduleExpressionTimezone", timeZone);
        ObjectNode flexible = request.putObject("FlexibleTimeWindow").put("Mode", window == null ? "OFF" : "FLEXIBLE");
        if (window != null) {
            flexible.put("MaximumWindowInMinutes", window);
        }
        if (deleteWhenDone) {
            request.put("ActionAfterCompletion", "DELETE");
        }
        if (disabled) {
            request.put("State", "DISABLED");
        }
        putTarget(request.putObject("Target"), place(client));
        return request;
    }

    /** Region and account are the server's, as the ARN of a group that is always there tells. */
    private static String[] place(LambdaClient client) {
        String[] parts = client.schedules("GET", "/schedule-groups/default", Json.object())
                .path("Arn")
                .asText()
                .split(":", -1);
        if (parts.length <= ACCOUNT) {
            throw new CommandFailedException("the server shows its default schedule group without an ARN");
        }
        return parts;
    }

    private void putTarget(ObjectNode target, String[] place) {
        String placed = place[REGION] + ":" + place[ACCOUNT] + ":";
        target.put("Arn", function == null ? queueArn(placed, queue) : functionArn(placed, function))
                // Clients of AWS must name one; nobody takes it on here.
                .put("RoleArn", "arn:aws:iam::" + place[ACCOUNT] + ":role/millrace");
        Json.putIfGiven(target, "Input", input);
        if (deadLetters != null) {
            target.putObject("DeadLetterConfig").put("Arn", queueArn(placed, deadLetters));
        }
    }

    private static String functionArn(String placed, String name) {
        return name.startsWith("arn:") ? name : "arn:aws:lambda:" + placed + "function:" + name;
    }

    private static String queueArn(String placed, @Nullable String name) {
        return name != null && name.startsWith("arn:") ? name : "arn:aws:sqs:" + placed + name;
    }
}
