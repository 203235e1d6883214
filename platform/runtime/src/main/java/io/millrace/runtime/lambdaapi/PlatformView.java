package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.mapping.MappingCounts;
import io.millrace.runtime.mapping.MappingStats;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** What operators and probes ask: {@code /_millrace/stats} and {@code /_millrace/health}. */
final class PlatformView {
    private final Accounting accounting;
    private final MappingAdministration mappings;
    private final BooleanSupplier isBrokerConnected;

    PlatformView(Accounting accounting, MappingAdministration mappings, BooleanSupplier isBrokerConnected) {
        this.accounting = accounting;
        this.mappings = mappings;
        this.isBrokerConnected = isBrokerConnected;
    }

    Future<Reply> stats(Request request) {
        return accounting.snapshot().compose(accounts -> mappings.stats()
                .map(stats -> Reply.json(200, render(accounts, stats))));
    }

    Future<Reply> health(Request request) {
        boolean connected = isBrokerConnected.getAsBoolean();
        ObjectNode body = Json.object().put("broker", connected ? "connected" : "disconnected");
        return Future.succeededFuture(Reply.json(connected ? 200 : 503, body));
    }

    private static ObjectNode render(Map<FunctionName, FunctionAccount> accounts, List<MappingStats> stats) {
        ObjectNode body = Json.object();
        ObjectNode functions = body.putObject("functions");
        new TreeMap<>(accounts).forEach((name, account) -> functions
                .putObject(name.value())
                .put("accepted", account.accepted())
                .put("waiting", account.waiting())
                .put("delayed", account.delayed())
                .put("running", account.running())
                .put("succeeded", account.succeeded())
                .put("deadLettered", account.deadLettered())
                .put("expired", account.expired()));
        ObjectNode counted = body.putObject("mappings");
        stats.forEach(mapping -> render(counted.putObject(mapping.mapping().uuid()), mapping));
        return body;
    }

    /** Counts have the names of Lambda's metrics, but for EventCount at the end (lambda-semantics 4.5). */
    private static void render(ObjectNode shown, MappingStats stats) {
        EventSourceMapping mapping = stats.mapping();
        SourceDescription source = mapping.source();
        MappingCounts.Snapshot counts = stats.counts();
        boolean isQueue = SourceKind.of(source).isQueue() || !source.queues().isEmpty();
        shown.put("function", mapping.settings().function().toString())
                .put(
                        "source",
                        source.queues().isEmpty()
                                ? source.label()
                                : source.label() + "/" + source.queues().get(0))
                .put("state", mapping.state().wireName())
                .put("polled", counts.polled())
                .put("filteredOut", counts.filteredOut())
                .put("invoked", counts.invoked())
                .put("failedInvoke", counts.failedInvoke())
                .put(isQueue ? "deleted" : "committed", counts.done())
                .put("onFailureDestinationDelivered", counts.onFailureDelivered())
                .put("dropped", counts.dropped());
        stats.backlog().ifPresent(messages -> shown.put("backlog", messages));
        counts.age().ifPresent(age -> shown.put("iteratorAgeMillis", age.toMillis()));
        stats.lastResult().ifPresent(result -> shown.put("lastProcessingResult", result));
    }
}
