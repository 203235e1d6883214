package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "usage",
        mixinStandardHelpOptions = true,
        description = {
            "What functions used, by version and day in UTC: requests, GB-seconds (billed time by memory), cold starts",
            "and bytes. Since the first of the month, unless said otherwise."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class UsageCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(arity = "0..1", paramLabel = "FUNCTION", description = "Only this one; all without it.")
    private @Nullable String function;

    @Option(names = "--from", paramLabel = "DAY", description = "First day, such as 2026-11-01.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "DAY", description = "Last day. Default: today")
    private @Nullable String to;

    @Option(names = "--json", description = "Exactly what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> usage = server.client().get("/_millrace/usage" + query());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(usage));
            out.flush();
        } else {
            print(LambdaClient.json(usage), out);
        }
        return ExitCode.OK.code();
    }

    private String query() {
        Map<String, String> given = new TreeMap<>();
        put(given, "from", from);
        put(given, "to", to);
        put(given, "function", function);
        return given.isEmpty()
                ? ""
                : given.entrySet().stream()
                        .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static void put(Map<String, String> given, String name, @Nullable String value) {
        if (value != null) {
            given.put(name, value);
        }
    }

    private static void print(JsonNode usage, PrintWriter out) {
        Table table = new Table(
                "DAY", "FUNCTION", "VERSION", "REQUESTS", "GB-SECONDS", "COLD-STARTS", "BYTES-IN", "BYTES-OUT");
        usage.path("usage")
                .forEach(row -> add(
                        table,
                        row.path("day").asText(),
                        row.path("function").asText(),
                        row.path("version").asText(),
                        row));
        add(table, "total", "", "", usage.path("total"));
        table.print(out);
        if (usage.path("truncated").asBoolean()) {
            out.println("There is more; the total is of all. Ask for one function, or for fewer days.");
            out.flush();
        }
    }

    private static void add(Table table, String day, String function, String version, JsonNode amount) {
        table.add(
                day,
                function,
                version,
                amount.path("requests").asLong(),
                String.format(
                        Locale.ROOT, "%.3f", amount.path("gigabyteSeconds").asDouble()),
                amount.path("coldStarts").asLong(),
                amount.path("bytesIn").asLong(),
                amount.path("bytesOut").asLong());
    }
}
