package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.pattern.EventPattern;
import io.millrace.runtime.relay.Passage;
import io.millrace.runtime.relay.RelayTarget;
import io.millrace.runtime.relay.Route;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/** Which events of a bus one target of a rule gets, and what it gets of them. */
final class RuleRoute implements Route {
    private final EventRule rule;
    private final RuleTarget target;
    private final RelayTarget.Kind kind;
    private final String ruleArn;
    private final EventPattern pattern;
    private final IdentitySettings identity;

    RuleRoute(EventRule rule, RuleTarget target, RelayTarget.Kind kind, IdentitySettings identity) {
        this.rule = rule;
        this.target = target;
        this.kind = kind;
        this.ruleArn = new BusArns(identity).rule(rule.bus(), rule.name());
        this.pattern = new EventPattern(rule.pattern());
        this.identity = identity;
    }

    @Override
    public Passage pass(Message message) {
        // What was chosen while the rule was enabled is still delivered.
        boolean isChosen = EventMessages.attempt(message) > 1;
        if ((!rule.enabled() && !isChosen) || !ReplayMarks.admit(message, ruleArn)) {
            return Passage.UNWANTED;
        }
        ObjectNode event = BusEvents.read(message, identity);
        return pattern.matches(event) ? input(event) : Passage.UNWANTED;
    }

    private Passage input(ObjectNode event) {
        if (target.input().isPresent()) {
            return json(target.input().get());
        }
        if (target.inputPath().isPresent()) {
            Optional<JsonNode> part = JsonPath.parse(target.inputPath().get()).flatMap(path -> path.in(event));
            return part.<Passage>map(found -> Passage.Wanted.json(BusEvents.bytes(found)))
                    .orElseGet(() -> new Passage.Unusable(
                            Passage.Wanted.json(BusEvents.bytes(event)),
                            "INVALID_JSON",
                            "InputPath " + target.inputPath().get() + " leads nowhere in the event."));
        }
        return target.transformer()
                .map(transformer -> transformed(transformer, event))
                .orElseGet(() -> Passage.Wanted.json(BusEvents.bytes(event)));
    }

    private Passage transformed(InputTransformer transformer, ObjectNode event) {
        String filled = InputTemplate.fill(transformer.template(), name -> value(transformer, event, name));
        byte[] bytes = filled.getBytes(StandardCharsets.UTF_8);
        if (BusEvents.json(bytes).isPresent()) {
            return Passage.Wanted.json(bytes);
        }
        Passage.Wanted text = new Passage.Wanted(bytes, "text/plain;charset=utf-8", Optional.empty(), Map.of());
        return kind == RelayTarget.Kind.FUNCTION
                ? new Passage.Unusable(text, "INVALID_JSON", "What the InputTemplate makes of the event is no JSON.")
                : text;
    }

    private Optional<JsonNode> value(InputTransformer transformer, ObjectNode event, String name) {
        return switch (name) {
            case PredefinedNames.RULE_ARN -> Optional.of(TextNode.valueOf(ruleArn));
            case PredefinedNames.RULE_NAME -> Optional.of(TextNode.valueOf(rule.name()));
            case PredefinedNames.INGESTION_TIME -> Optional.of(event.path(BusEvents.TIME));
            case PredefinedNames.EVENT, PredefinedNames.EVENT_JSON -> Optional.of(event);
            default ->
                Optional.ofNullable(transformer.paths().get(name))
                        .flatMap(JsonPath::parse)
                        .flatMap(path -> path.in(event));
        };
    }

    private static Passage json(String text) {
        return Passage.Wanted.json(text.getBytes(StandardCharsets.UTF_8));
    }
}
