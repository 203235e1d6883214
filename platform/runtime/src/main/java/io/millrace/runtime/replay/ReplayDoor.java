package io.millrace.runtime.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.BrokerSettings;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.door.DoorRequest;
import io.millrace.runtime.door.Doorway;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code POST /_millrace/functions/NAME/replays} collects past events, {@code /_millrace/replays} shows and deletes what
 * was collected (docs/time-machine.md). A redrive job takes it from there. Event loop only.
 */
public final class ReplayDoor implements Door {
    private static final String FUNCTION = "Function";
    private static final String REPLAY = "Replay";
    private static final String LOOK = "millrace:GetReplays";
    private static final String ACT = "millrace:ReplayEvents";
    private static final int BODY_BYTES = 64 << 10;
    private static final int ACCEPTED = 202;

    private final Optional<HistoryReplays> replays;
    private final Predicate<FunctionArn> exists;
    private final IdentitySettings identity;
    private final InstantSource clock;

    /**
     * @param replays empty where the broker is not this server's own
     * @param exists whether there is a function, with that version or alias
     */
    public ReplayDoor(
            Optional<HistoryReplays> replays,
            Predicate<FunctionArn> exists,
            IdentitySettings identity,
            InstantSource clock) {
        this.replays = replays;
        this.exists = exists;
        this.identity = identity;
        this.clock = clock;
    }

    @Override
    public void mount(Doorway doorway) {
        doorway.guarded(HttpMethod.POST, "/_millrace/functions/:" + FUNCTION + "/replays", ACT, this::begin);
        doorway.guarded(HttpMethod.GET, "/_millrace/replays", LOOK, request -> list());
        doorway.guarded(HttpMethod.GET, "/_millrace/replays/:" + REPLAY, LOOK, this::show);
        doorway.guarded(HttpMethod.DELETE, "/_millrace/replays/:" + REPLAY, ACT, this::delete);
    }

    private Future<DoorAnswer> begin(DoorRequest request) {
        String function = request.path(FUNCTION);
        String by = request.user().orElse("");
        return request.body(BODY_BYTES).compose(body -> {
            ReplayOrder order = AskedReplay.read(function, body, clock.instant());
            HistoryReplays here = here();
            requireFunction(order);
            return request.blocking(() -> since(here))
                    .compose(since -> begin(here, order, since, by))
                    .map(replay -> DoorAnswer.json(ACCEPTED, replay.document()));
        });
    }

    private HistoryReplays here() {
        return replays.orElseThrow(() -> DoorRefusedException.conflict(
                "past events are read from the journal of the server's own broker; this server uses another one"));
    }

    private void requireFunction(ReplayOrder order) {
        FunctionArn arn = FunctionArn.of(identity.region(), identity.account(), order.function());
        if (!exists.test(arn)) {
            throw DoorRefusedException.notFound("Function not found: " + arn);
        }
        FunctionArn into = order.into().isEmpty() ? arn : arn.withQualifier(order.into());
        if (!exists.test(into)) {
            throw DoorRefusedException.notFound("Function not found: " + into + "; into is '" + order.into()
                    + "', expected a version or an alias of it");
        }
    }

    private static Instant since(HistoryReplays here) {
        if (!here.history().isKept()) {
            throw DoorRefusedException.conflict("setting " + BrokerSettings.RETENTION
                    + " is 0: this server keeps no past events; set it to how long they shall be kept, such as P1D");
        }
        return here.history().since();
    }

    private static Future<HistoryReplay> begin(HistoryReplays here, ReplayOrder order, Instant since, String by) {
        return order.from().isBefore(since)
                ? Future.failedFuture(DoorRefusedException.invalid("from is " + order.from()
                        + ", but past events are kept without a gap from " + since + " on (settings "
                        + BrokerSettings.RETENTION + " and " + BrokerSettings.RETENTION_BYTES + ")"))
                : here.begin(order, by);
    }

    private Future<DoorAnswer> list() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var rows = answer.putArray("replays");
        here().all().forEach(replay -> rows.add(replay.document()));
        return Future.succeededFuture(DoorAnswer.json(200, answer));
    }

    private Future<DoorAnswer> show(DoorRequest request) {
        HistoryReplay replay = named(request);
        return here().left(replay)
                .map(left -> DoorAnswer.json(200, replay.document().put("left", left)));
    }

    private HistoryReplay named(DoorRequest request) {
        String id = request.path(REPLAY);
        return here().find(id)
                .orElseThrow(() -> DoorRefusedException.notFound(
                        "there is no replay '" + id + "', expected one that GET /_millrace/replays lists"));
    }

    private Future<DoorAnswer> delete(DoorRequest request) {
        HistoryReplay replay = named(request);
        if (replay.state() == ReplayState.COLLECTING) {
            throw DoorRefusedException.conflict(
                    "replay '" + replay.id() + "' is being collected, expected one that is not; wait until it is");
        }
        return here().delete(replay).map(gone -> DoorAnswer.empty(204));
    }
}
