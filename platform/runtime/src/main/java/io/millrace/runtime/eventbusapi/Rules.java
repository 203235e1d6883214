package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.EventBuses;
import io.millrace.runtime.eventbus.EventRule;
import io.millrace.runtime.pattern.EventPattern;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Makes, shows, switches and deletes rules, and tries patterns. */
final class Rules {
    private static final String ENABLED = "ENABLED";
    private static final String DISABLED = "DISABLED";
    private static final String PATTERN = "EventPattern";
    private static final String BUS_NAME = "EventBusName";

    private final EventBuses buses;
    private final BusArns arns;

    Rules(EventBuses buses, IdentitySettings identity) {
        this.buses = buses;
        this.arns = new BusArns(identity);
    }

    Future<ObjectNode> put(BusRequest request) {
        Members members = request.members();
        String bus = Names.bus(members, arns);
        String name = Names.name(members, "Name", Names.SHORT);
        if (members.text("ScheduleExpression").filter(text -> !text.isEmpty()).isPresent()) {
            throw Refusal.validation("ScheduleExpression is not supported for rules, expected an EventPattern; what"
                    + " comes by the clock is a schedule of EventBridge Scheduler.");
        }
        Optional<String> pattern = members.text(PATTERN).filter(text -> !text.isEmpty());
        String state = members.text("State").orElse(ENABLED);
        String description = Names.description(members);
        request.requireAllRead();
        request.require(arns.rule(bus, name));
        if (!state.equals(ENABLED) && !state.equals(DISABLED)) {
            throw Refusal.validation("State is '" + state + "', expected ENABLED or DISABLED");
        }
        String valid = Names.pattern(pattern.orElseThrow(
                () -> Refusal.validation("Parameter(s) EventPattern or ScheduleExpression must be specified.")));
        return buses.putRule(new EventRule(bus, name, description, valid, state.equals(ENABLED), List.of()))
                .map(rule -> BusRequest.answer().put("RuleArn", arns.rule(bus, name)));
    }

    Future<ObjectNode> describe(BusRequest request) {
        Found found = found(request);
        return Future.succeededFuture(render(BusRequest.answer(), buses.requireRule(found.bus(), found.rule())));
    }

    Future<ObjectNode> list(BusRequest request) {
        String bus = Names.bus(request.members(), arns);
        String prefix = request.members().text("NamePrefix").orElse("");
        request.require(BusRequest.NO_RESOURCE);
        buses.require(bus);
        List<EventRule> rules = buses.rules(bus).stream()
                .filter(rule -> rule.name().startsWith(prefix))
                .toList();
        return Future.succeededFuture(
                Page.of(request, "Rules", rules, EventRule::name, (list, rule) -> render(list.addObject(), rule)));
    }

    Future<ObjectNode> enable(BusRequest request) {
        return enabled(request, true);
    }

    Future<ObjectNode> disable(BusRequest request) {
        return enabled(request, false);
    }

    private Future<ObjectNode> enabled(BusRequest request, boolean enabled) {
        Found found = found(request);
        return buses.enable(found.bus(), found.rule(), enabled).map(done -> BusRequest.answer());
    }

    Future<ObjectNode> delete(BusRequest request) {
        Found found = found(request);
        return buses.deleteRule(found.bus(), found.rule()).map(done -> BusRequest.answer());
    }

    /** An event is what {@code PutEvents} makes of an entry. */
    Future<ObjectNode> test(BusRequest request) {
        String pattern = Names.pattern(request.members().required(PATTERN));
        String text = request.members().required("Event");
        request.requireAllRead();
        request.require(BusRequest.NO_RESOURCE);
        JsonNode event = EventBusApi.json(text)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> Refusal.validation("Parameter Event is not valid. Reason: it is no JSON object."));
        for (String member : List.of("id", "account", "source", "time", "region", "resources", "detail-type")) {
            if (!event.hasNonNull(member)) {
                throw Refusal.validation("Parameter Event is not valid. Reason: it has no " + member + ".");
            }
        }
        return Future.succeededFuture(BusRequest.answer().put("Result", new EventPattern(pattern).matches(event)));
    }

    private record Found(String bus, String rule) {}

    private Found found(BusRequest request) {
        String bus = Names.bus(request.members(), arns);
        String name = Names.name(request.members(), "Name", Names.SHORT);
        request.requireAllRead();
        request.require(arns.rule(bus, name));
        return new Found(bus, name);
    }

    private ObjectNode render(ObjectNode body, EventRule rule) {
        body.put("Name", rule.name())
                .put("Arn", arns.rule(rule.bus(), rule.name()))
                .put(PATTERN, rule.pattern())
                .put("State", rule.enabled() ? ENABLED : DISABLED)
                .put(BUS_NAME, rule.bus());
        return rule.description().isEmpty() ? body : body.put("Description", rule.description());
    }
}
