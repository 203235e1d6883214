package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.accounting.FunctionAccount;
import io.vertx.core.Future;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** What operators and probes ask: {@code /_millrace/stats} and {@code /_millrace/health}. */
final class PlatformView {
    private final Accounting accounting;
    private final BooleanSupplier isBrokerConnected;

    PlatformView(Accounting accounting, BooleanSupplier isBrokerConnected) {
        this.accounting = accounting;
        this.isBrokerConnected = isBrokerConnected;
    }

    Future<Reply> stats(Request request) {
        return accounting.snapshot().map(PlatformView::render);
    }

    Future<Reply> health(Request request) {
        boolean connected = isBrokerConnected.getAsBoolean();
        ObjectNode body = Json.object().put("broker", connected ? "connected" : "disconnected");
        return Future.succeededFuture(Reply.json(connected ? 200 : 503, body));
    }

    private static Reply render(Map<FunctionName, FunctionAccount> accounts) {
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
        return Reply.json(200, body);
    }
}
