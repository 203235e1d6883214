package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.BusEntry;
import io.millrace.runtime.eventbus.BusRefusedException;
import io.millrace.runtime.eventbus.EventBuses;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts events on buses; each entry is answered by itself, when the broker has it on disk. */
final class Putting {
    private static final int MOST_ENTRIES = 10;
    private static final int MOST_BYTES = 1_048_576;
    private static final int TIME_BYTES = 14;

    private final EventBuses buses;
    private final BusArns arns;
    private final InstantSource clock;

    Putting(EventBuses buses, IdentitySettings identity, InstantSource clock) {
        this.buses = buses;
        this.arns = new BusArns(identity);
        this.clock = clock;
    }

    Future<ObjectNode> put(BusRequest request) {
        List<Members> entries = request.members().objects("Entries");
        request.requireAllRead();
        if (entries.isEmpty() || entries.size() > MOST_ENTRIES) {
            throw Refusal.validation("1 validation error detected: Value at 'entries' failed to satisfy constraint:"
                    + " Member must have length between 1 and " + MOST_ENTRIES + ", it has " + entries.size());
        }
        List<Draft> drafts = entries.stream().map(this::draft).toList();
        if (drafts.stream().mapToLong(Draft::bytes).sum() > MOST_BYTES) {
            throw Refusal.validation("Total size of the entries in the request is over the limit.");
        }
        drafts.forEach(draft -> request.require(arns.bus(draft.bus())));
        List<Future<String>> put = new ArrayList<>();
        drafts.forEach(draft -> put.add(put(draft)));
        return Future.join(put).transform(all -> Future.succeededFuture(answer(put)));
    }

    private Future<String> put(Draft draft) {
        return Future.<Void>succeededFuture() // start inside a future: what is wrong with one is told of that one
                .compose(start -> buses.put(draft.bus(), entry(draft)));
    }

    /** An entry as it came, of the right types. */
    private record Draft(
            String bus,
            Optional<Instant> time,
            Optional<String> source,
            Optional<String> detailType,
            List<String> resources,
            Optional<String> detail,
            Optional<String> trace) {
        long bytes() {
            long resourceBytes = resources.stream().mapToLong(Putting::utf8).sum();
            return resourceBytes
                    + (time.isPresent() ? TIME_BYTES : 0)
                    + source.map(Putting::utf8).orElse(0)
                    + detailType.map(Putting::utf8).orElse(0)
                    + detail.map(Putting::utf8).orElse(0);
        }
    }

    private Draft draft(Members entry) {
        Draft draft = new Draft(
                Names.bus(entry, arns),
                entry.instant("Time"),
                entry.text("Source"),
                entry.text("DetailType"),
                entry.texts("Resources"),
                entry.text("Detail"),
                entry.text("TraceHeader"));
        entry.requireAllRead("an entry");
        return draft;
    }

    private BusEntry entry(Draft draft) {
        String source = required("Source", draft.source());
        String detailType = required("DetailType", draft.detailType());
        String text = required("Detail", draft.detail());
        if (source.startsWith("aws.")) {
            throw Refusal.modelled("NotAuthorizedForSourceException", "Not authorized for the source.");
        }
        JsonNode detail = EventBusApi.json(text).orElse(null);
        if (!(detail instanceof ObjectNode object)) {
            throw Refusal.modelled("MalformedDetail", "Detail is malformed.");
        }
        return new BusEntry(
                draft.time().orElseGet(clock::instant), source, detailType, draft.resources(), object, draft.trace());
    }

    private static String required(String member, Optional<String> value) {
        return value.filter(text -> !text.isEmpty())
                .orElseThrow(() -> Refusal.modelled(
                        "InvalidArgument",
                        "Parameter " + member + " is not valid. Reason: " + member + " is a required argument."));
    }

    private static ObjectNode answer(List<Future<String>> put) {
        ObjectNode answer = BusRequest.answer();
        ArrayNode entries = answer.putArray("Entries");
        int failed = 0;
        for (Future<String> each : put) {
            if (each.succeeded()) {
                entries.addObject().put("EventId", each.result());
            } else {
                failed++;
                Refusal refusal = Refusals.of(each.cause(), "PutEvents");
                boolean isCallers = each.cause() instanceof Refusal || each.cause() instanceof BusRefusedException;
                entries.addObject()
                        .put("ErrorCode", isCallers ? refusal.type() : "InternalFailure")
                        .put("ErrorMessage", refusal.text());
            }
        }
        return answer.put("FailedEntryCount", failed);
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
