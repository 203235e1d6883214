package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.EventBuses;
import io.millrace.runtime.eventbus.InputTemplate;
import io.millrace.runtime.eventbus.InputTransformer;
import io.millrace.runtime.eventbus.JsonPath;
import io.millrace.runtime.eventbus.PredefinedNames;
import io.millrace.runtime.eventbus.RuleTarget;
import io.millrace.runtime.relay.RelayTarget;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Adds, shows and removes the targets of rules. */
final class Targets {
    private static final String RULE = "Rule";
    private static final String INPUT = "Input";
    private static final String INPUT_PATH = "InputPath";
    private static final String TRANSFORMER = "InputTransformer";
    private static final String PATHS = "InputPathsMap";
    private static final String TEMPLATE = "InputTemplate";
    private static final String RETRY_POLICY = "RetryPolicy";
    private static final String RETRIES = "MaximumRetryAttempts";
    private static final String AGE = "MaximumEventAgeInSeconds";
    private static final String DEAD_LETTERS = "DeadLetterConfig";
    private static final int SHORTEST_AGE_SECONDS = 60;
    private static final int LONGEST_TEXT = 8_192;
    private static final int MOST_PATHS = 100;
    private static final int MOST_IDS = 100;
    private static final Pattern PATH_NAME = Pattern.compile("[A-Za-z0-9_-]{1,256}");

    private final EventBuses buses;
    private final IdentitySettings identity;
    private final BusArns arns;

    Targets(EventBuses buses, IdentitySettings identity) {
        this.buses = buses;
        this.identity = identity;
        this.arns = new BusArns(identity);
    }

    Future<ObjectNode> put(BusRequest request) {
        String bus = Names.bus(request.members(), arns);
        String rule = Names.name(request.members(), RULE, Names.SHORT);
        List<Members> members = request.members().objects("Targets");
        request.requireAllRead();
        if (members.isEmpty()) {
            throw Members.missing("Targets");
        }
        request.require(arns.rule(bus, rule));
        List<RuleTarget> targets = members.stream().map(this::target).toList();
        targets.forEach(target -> {
            request.requireUse(target.arn());
            target.deadLetters().ifPresent(request::requireUse);
        });
        if (targets.stream().map(RuleTarget::id).distinct().count() < targets.size()) {
            throw Refusal.validation("Targets have the same Id twice, expected each once");
        }
        return buses.putTargets(bus, rule, targets).map(done -> noneFailed());
    }

    Future<ObjectNode> remove(BusRequest request) {
        String bus = Names.bus(request.members(), arns);
        String rule = Names.name(request.members(), RULE, Names.SHORT);
        List<String> ids = request.members().texts("Ids");
        request.requireAllRead();
        if (ids.isEmpty()) {
            throw Members.missing("Ids");
        }
        if (ids.size() > MOST_IDS) {
            throw Refusal.validation("Ids has " + ids.size() + " elements, expected at most " + MOST_IDS);
        }
        ids.forEach(id -> Names.requireShape(id, "Ids", Names.SHORT));
        request.require(arns.rule(bus, rule));
        return buses.removeTargets(bus, rule, ids).map(done -> noneFailed());
    }

    private static ObjectNode noneFailed() {
        ObjectNode answer = BusRequest.answer().put("FailedEntryCount", 0);
        answer.putArray("FailedEntries");
        return answer;
    }

    Future<ObjectNode> list(BusRequest request) {
        String bus = Names.bus(request.members(), arns);
        String rule = Names.name(request.members(), RULE, Names.SHORT);
        request.require(arns.rule(bus, rule));
        List<RuleTarget> targets = buses.requireRule(bus, rule).targets();
        return Future.succeededFuture(Page.of(request, "Targets", targets, RuleTarget::id, Targets::render));
    }

    private RuleTarget target(Members members) {
        String id = Names.name(members, "Id", Names.SHORT);
        String arn = members.required("Arn");
        Optional<String> input = members.text(INPUT).filter(text -> !text.isEmpty());
        Optional<String> path = members.text(INPUT_PATH).filter(text -> !text.isEmpty());
        Optional<InputTransformer> transformer = members.object(TRANSFORMER).map(given -> transformer(id, given));
        Optional<Members> retries = members.object(RETRY_POLICY);
        Optional<Integer> most = retries.flatMap(given -> given.integer(RETRIES));
        Optional<Integer> age = retries.flatMap(given -> given.integer(AGE));
        Optional<Members> config = members.object(DEAD_LETTERS);
        Optional<String> deadLetters = config.flatMap(given -> given.text("Arn"));
        members.requireAllRead("a target");
        retries.ifPresent(given -> given.requireAllRead(RETRY_POLICY));
        config.ifPresent(given -> given.requireAllRead(DEAD_LETTERS));
        requireTarget(id, arn);
        requireOneInput(id, Stream.of(input, path, transformer));
        input.ifPresent(text -> requireJson(id, text));
        path.ifPresent(text -> requirePath(id, text));
        most.ifPresent(value -> requireBetween(RETRIES, value, 0, RuleTarget.MOST_RETRIES));
        age.ifPresent(
                value -> requireBetween(AGE, value, SHORTEST_AGE_SECONDS, (int) RuleTarget.LONGEST_AGE.toSeconds()));
        deadLetters.ifPresent(this::requireQueue);
        return new RuleTarget(id, arn, input, path, transformer, most, age.map(Duration::ofSeconds), deadLetters);
    }

    private void requireTarget(String id, String arn) {
        if (RelayTarget.parse(arn, identity).isEmpty()) {
            throw Refusal.validation("Parameter " + arn + " is not valid. Reason: target " + id
                    + " must be the ARN of a function, queue or topic of account " + identity.account()
                    + " and region " + identity.region() + ".");
        }
    }

    private void requireQueue(String arn) {
        if (RelayTarget.queue(arn, identity).isEmpty()) {
            throw Refusal.validation("Parameter DeadLetterConfig is not valid. Reason: '" + arn
                    + "' must be the ARN of a queue of account " + identity.account() + " and region "
                    + identity.region() + ".");
        }
    }

    private static void requireOneInput(String id, Stream<Optional<?>> inputs) {
        if (inputs.filter(Optional::isPresent).count() > 1) {
            throw Refusal.validation(
                    "Only one of Input, InputPath, or InputTransformer must be provided for target " + id + ".");
        }
    }

    private static void requireJson(String id, String input) {
        if (input.length() > LONGEST_TEXT || EventBusApi.json(input).isEmpty()) {
            throw Refusal.validation("JSON syntax error in input for target " + id + ", expected JSON of at most "
                    + LONGEST_TEXT + " characters");
        }
    }

    private static void requirePath(String id, String path) {
        if (JsonPath.parse(path).isEmpty()) {
            throw Refusal.validation("JSONPath '" + path + "' for target " + id
                    + " is not valid, expected $ with members and elements behind, such as $.detail.items[0]");
        }
    }

    private static InputTransformer transformer(String id, Members members) {
        Map<String, String> paths = members.map(PATHS);
        String template = members.required(TEMPLATE);
        members.requireAllRead(TRANSFORMER);
        if (paths.size() > MOST_PATHS || template.length() > LONGEST_TEXT) {
            throw Refusal.validation("InputTransformer for target " + id + " is too large, expected at most "
                    + MOST_PATHS + " paths and " + LONGEST_TEXT + " characters");
        }
        paths.forEach((name, path) -> {
            if (!PATH_NAME.matcher(name).matches() || name.startsWith("AWS")) {
                throw Refusal.validation("Invalid InputPathsMap key '" + name + "' for target " + id + ".");
            }
            requirePath(id, path);
        });
        for (String name : InputTemplate.names(template)) {
            if (!paths.containsKey(name) && !PredefinedNames.ALL.contains(name)) {
                throw Refusal.validation("InputTemplate for target " + id + " contains placeholder '" + name
                        + "' that is not in InputPathsMap.");
            }
        }
        return InputTransformer.of(paths, template);
    }

    private static void requireBetween(String member, int value, int least, int most) {
        if (value < least || value > most) {
            throw Refusal.validation(member + " is '" + value + "', expected " + least + " to " + most);
        }
    }

    private static void render(ArrayNode list, RuleTarget target) {
        ObjectNode body = list.addObject().put("Id", target.id()).put("Arn", target.arn());
        target.input().ifPresent(input -> body.put(INPUT, input));
        target.inputPath().ifPresent(path -> body.put(INPUT_PATH, path));
        target.transformer().ifPresent(transformer -> {
            ObjectNode shown = body.putObject(TRANSFORMER).put(TEMPLATE, transformer.template());
            ObjectNode paths = shown.putObject(PATHS);
            transformer.paths().forEach(paths::put);
        });
        if (target.maximumRetries().isPresent() || target.maximumAge().isPresent()) {
            ObjectNode policy = body.putObject(RETRY_POLICY);
            target.maximumRetries().ifPresent(most -> policy.put(RETRIES, most));
            target.maximumAge().ifPresent(age -> policy.put(AGE, age.toSeconds()));
        }
        target.deadLetters().ifPresent(queue -> body.putObject(DEAD_LETTERS).put("Arn", queue));
    }
}
