package io.millrace.runtime.scheduleapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.schedule.ScheduleArns;
import io.millrace.runtime.schedule.ScheduleTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The target of a request. Functions and queues only; that there is one, is seen when it is due, as at AWS. */
final class TargetMembers {
    private static final Set<String> KNOWN =
            Set.of("Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig", "SqsParameters");
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+");
    private static final int LONGEST_INPUT = 256 * 1024;
    private static final int SHORTEST_AGE = 60;
    private static final int LONGEST_AGE = 86_400;
    private static final JsonFactory JSON = new JsonFactory();

    private final IdentitySettings identity;

    TargetMembers(IdentitySettings identity) {
        this.identity = identity;
    }

    ScheduleTarget read(Members target) {
        target.only("Target.", KNOWN);
        String arn = target.text("Arn").orElseThrow(() -> Refusal.missing("target.arn"));
        boolean isFunction = arn.startsWith("arn:aws:lambda:");
        if (isFunction) {
            requireFunction(arn);
        } else {
            requireQueue("Target.Arn", arn);
        }
        Optional<String> group = target.object("SqsParameters")
                .map(parameters -> parameters.only("Target.SqsParameters.", Set.of("MessageGroupId")))
                .flatMap(parameters -> parameters.text("MessageGroupId"));
        if (isFunction && group.isPresent()) {
            throw Refusal.validation("Target.SqsParameters is given for the function " + arn + ", expected a queue");
        }
        Optional<Members> retries = target.object("RetryPolicy")
                .map(policy ->
                        policy.only("Target.RetryPolicy.", Set.of("MaximumEventAgeInSeconds", "MaximumRetryAttempts")));
        return new ScheduleTarget(
                arn,
                role(target),
                target.text("Input").map(input -> input(input, isFunction)),
                group,
                retries.map(policy -> age(policy)).orElse(ScheduleTarget.USUAL_AGE),
                retries.map(policy -> policy.integer("MaximumRetryAttempts", 0, ScheduleTarget.USUAL_RETRIES)
                                .orElse(ScheduleTarget.USUAL_RETRIES))
                        .orElse(ScheduleTarget.USUAL_RETRIES),
                target.object("DeadLetterConfig")
                        .map(config -> config.only("Target.DeadLetterConfig.", Set.of("Arn")))
                        .flatMap(config -> config.text("Arn"))
                        .map(queue -> requireQueue("Target.DeadLetterConfig.Arn", queue)));
    }

    private static Duration age(Members policy) {
        return Duration.ofSeconds(policy.integer("MaximumEventAgeInSeconds", SHORTEST_AGE, LONGEST_AGE)
                .orElse(LONGEST_AGE));
    }

    private void requireFunction(String arn) {
        boolean isOurs = FunctionArn.parse(arn, identity.region(), identity.account())
                .filter(function -> function.region().equals(identity.region()))
                .filter(function -> function.account().equals(identity.account()))
                .isPresent();
        if (!isOurs) {
            throw Refusal.validation("Target.Arn is '" + arn + "', expected arn:aws:lambda:" + identity.region() + ":"
                    + identity.account() + ":function:NAME");
        }
    }

    private String requireQueue(String member, String arn) {
        String ours = "arn:aws:sqs:" + identity.region() + ":" + identity.account() + ":";
        boolean isUsable = ScheduleArns.queue(arn)
                .filter(queue -> arn.startsWith(ours))
                .filter(queue -> !Topology.isOwn(queue) && !Topology.isOfDeadLetters(queue))
                .isPresent();
        if (!isUsable) {
            String functionOr = member.equals("Target.Arn") ? "the ARN of a function or " : "";
            throw Refusal.validation(member + " is '" + arn + "', which is not supported by Millrace; expected "
                    + functionOr + ours + "QUEUE of a queue of one's own");
        }
        return arn;
    }

    /** AWS wants one; here nobody takes on a role. */
    private static String role(Members target) {
        String role = target.text("RoleArn").orElseThrow(() -> Refusal.missing("target.roleArn"));
        if (!ROLE.matcher(role).matches()) {
            throw Refusal.constraint(
                    "'" + role + "'",
                    "target.roleArn",
                    "Member must satisfy regular expression pattern: ^" + ROLE + "$");
        }
        return role;
    }

    private static String input(String input, boolean isJson) {
        if (input.getBytes(StandardCharsets.UTF_8).length > LONGEST_INPUT) {
            throw Refusal.validation("Target.Input is larger than " + LONGEST_INPUT + " bytes");
        }
        if (isJson && !isJson(input)) {
            throw Refusal.validation("Input must be a valid JSON");
        }
        return input;
    }

    private static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}
