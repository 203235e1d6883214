package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.Replay;
import io.millrace.runtime.eventbus.Replays;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Starts, shows and cancels replays. */
final class ReplayOperations {
    private static final String NAME = "ReplayName";
    private static final String SOURCE = "EventSourceArn";
    private static final String STATE = "State";
    private static final String REASON = "StateReason";
    private static final String FROM = "EventStartTime";
    private static final String TO = "EventEndTime";
    private static final String DESTINATION = "Destination";
    private static final String RULES = "FilterArns";

    private final Replays replays;
    private final BusArns arns;

    ReplayOperations(Replays replays, IdentitySettings identity) {
        this.replays = replays;
        this.arns = new BusArns(identity);
    }

    Future<ObjectNode> start(BusRequest request) {
        Members members = request.members();
        String name = Names.name(members, NAME, Names.SHORT);
        String source = members.required(SOURCE);
        String description = Names.description(members);
        Instant from = members.instant(FROM).orElseThrow(() -> Members.missing(FROM));
        Instant to = members.instant(TO).orElseThrow(() -> Members.missing(TO));
        Members destination = members.object(DESTINATION).orElseThrow(() -> Members.missing(DESTINATION));
        String bus = Names.bus(Optional.of(destination.required("Arn")), arns);
        List<String> rules = destination.texts(RULES);
        destination.requireAllRead(DESTINATION);
        request.requireAllRead();
        request.require(arns.replay(name));
        String archive = arns.archiveOf(source)
                .orElseThrow(() -> Refusal.validation("EventSourceArn is '" + source
                        + "', expected the ARN of an archive, such as " + arns.archive("orders")));
        return replays.start(name, description, archive, bus, rules, from, to).map(replay -> BusRequest.answer()
                .put("ReplayArn", arns.replay(name))
                .put(STATE, replay.state().name())
                .put("ReplayStartTime", Times.seconds(replay.started())));
    }

    Future<ObjectNode> describe(BusRequest request) {
        String name = name(request);
        Replay replay = replays.require(name);
        ObjectNode body = render(BusRequest.answer(), replay).put("ReplayArn", arns.replay(name));
        if (!replay.description().isEmpty()) {
            body.put("Description", replay.description());
        }
        ObjectNode destination = body.putObject(DESTINATION).put("Arn", arns.bus(replay.bus()));
        replay.ruleArns().forEach(destination.putArray(RULES)::add);
        return Future.succeededFuture(body);
    }

    Future<ObjectNode> list(BusRequest request) {
        String prefix = request.members().text("NamePrefix").orElse("");
        Optional<String> source = request.members().text(SOURCE);
        Optional<String> state = request.members().text(STATE);
        request.require(BusRequest.NO_RESOURCE);
        List<Replay> found = replays.all().stream()
                .filter(replay -> replay.name().startsWith(prefix))
                .filter(replay ->
                        source.map(arns.archive(replay.archive())::equals).orElse(true))
                .filter(replay -> state.map(replay.state().name()::equals).orElse(true))
                .toList();
        return Future.succeededFuture(
                Page.of(request, "Replays", found, Replay::name, (list, replay) -> render(list.addObject(), replay)));
    }

    Future<ObjectNode> cancel(BusRequest request) {
        String name = name(request);
        return replays.cancel(name).map(replay -> BusRequest.answer()
                .put("ReplayArn", arns.replay(name))
                .put(STATE, replay.state().name()));
    }

    private String name(BusRequest request) {
        String name = Names.name(request.members(), NAME, Names.SHORT);
        request.requireAllRead();
        request.require(arns.replay(name));
        return name;
    }

    private ObjectNode render(ObjectNode body, Replay replay) {
        body.put(NAME, replay.name())
                .put(SOURCE, arns.archive(replay.archive()))
                .put(STATE, replay.state().name())
                .put(FROM, Times.seconds(replay.from()))
                .put(TO, Times.seconds(replay.to()))
                .put("ReplayStartTime", Times.seconds(replay.started()));
        if (!replay.reason().isEmpty()) {
            body.put(REASON, replay.reason());
        }
        replay.ended().ifPresent(ended -> body.put("ReplayEndTime", Times.seconds(ended)));
        replay.lastReplayed().ifPresent(last -> body.put("EventLastReplayedTime", Times.seconds(last)));
        return body;
    }
}
