package io.millrace.bench;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One comparison that can be asked for by name.
 *
 * @param name what {@code bench/run} calls it
 * @param first the lane in question
 * @param second the lane it is held against
 * @param figure what is compared of a window
 * @param unit of the figure
 * @param inQuick whether a quick run without names includes it
 */
record Benchmark(String name, Side first, Side second, ToDoubleFunction<Window> figure, String unit, boolean inQuick) {

    /** A lane before it is connected. */
    record Side(String name, Function<Surroundings, Lane> connect) {}

    private static final Side RAW = new Side("raw", on -> on.rawPipe(Load.EVENTS, false));
    private static final Side RAW_AGAIN = new Side("raw, once more", RAW.connect());
    private static final Side RAW_HOP = new Side("raw with hop", on -> on.rawPipe(Load.EVENTS, true));
    private static final Side RAW_RETRY = new Side("raw, 10 % fail", on -> on.rawPipe(Load.WITH_RETRIES, true));
    private static final Side RAW_MANY = new Side("raw, none fails", on -> on.rawPipe(Load.AS_MANY, true));
    private static final Side SPRING = new Side("spring", on -> on.spring(Load.EVENTS));
    private static final Side CALL = new Side("raw call", on -> on.rawCalls(1));
    private static final Side CALLS = new Side("raw calls", on -> on.rawCalls(128));
    private static final Side PLATFORM = new Side("platform", on -> on.platformPipe(Load.EVENTS, 1));
    private static final Side KEYED = new Side("platform, with keys", on -> on.keyedPipe(Load.EVENTS));
    private static final Side UNMEASURED = new Side(
            "platform, metrics and usage off",
            on -> on.platformPipe(Load.EVENTS, 1, Map.of("metrics.enabled", "false", "usage.retentionDays", "0")));
    private static final Side UNLOGGED = new Side(
            "platform, logs off", on -> on.platformPipe(Load.EVENTS, 1, Map.of("logs.maxBytesPerFunction", "0")));
    private static final Side UNOBSERVED = new Side(
            "platform, metrics, usage and logs off",
            on -> on.platformPipe(
                    Load.EVENTS,
                    1,
                    Map.of("metrics.enabled", "false", "usage.retentionDays", "0", "logs.maxBytesPerFunction", "0")));
    private static final Side TRACED = new Side("platform, traces of 1 %", on -> TracedPlatform.start(on, "0.01"));
    private static final Side PLATFORM_1000 =
            new Side("platform, 1,000 functions", on -> on.platformPipe(Load.EVENTS, 1_000));
    private static final Side PLATFORM_RETRY =
            new Side("platform, 10 % fail", on -> on.platformPipe(Load.WITH_RETRIES, 1));
    private static final Side PLATFORM_CALL = new Side("platform call", on -> on.platformCalls(1));
    private static final Side PLATFORM_CALLS = new Side("platform calls", on -> on.platformCalls(128));
    private static final Side CALL_AGAIN = new Side("raw call, once more", CALL.connect());
    private static final Side CALLS_AGAIN = new Side("raw calls, once more", CALLS.connect());
    private static final Side GATEWAY_CALLS =
            new Side("platform over HTTP", on -> on.platformGateway("RequestResponse", 200));
    private static final Side GATEWAY_EVENTS = new Side("platform over HTTP", on -> on.platformGateway("Event", 202));
    private static final Side BARE_CALLS = new Side("bare HTTP handler", Surroundings::bareCalls);
    private static final Side BARE_EVENTS = new Side("bare HTTP handler", Surroundings::bareEvents);
    private static final Side MAPPING_10 =
            new Side("mapping, batches of 10", on -> MappedQueues.start(on, 10, 1, false));
    private static final Side MAPPING_100 =
            new Side("mapping, batches of 100", on -> MappedQueues.start(on, 100, 1, false));
    private static final Side PROTON_10 = new Side("raw, batches of 10", on -> on.rawBatches(10));
    private static final Side PROTON_100 = new Side("raw, batches of 100", on -> on.rawBatches(100));
    private static final Side SINGLE = new Side("platform, one by one", PlatformBacklog::start);
    private static final Side HEALTHY = new Side("four mappings", on -> MappedQueues.start(on, 10, 4, false));
    private static final Side TROUBLED = new Side("four of six mappings", on -> MappedQueues.start(on, 10, 4, true));
    private static final String EVENTS = "events/s";

    /** All of them, in the order they run. */
    static final List<Benchmark> ALL = List.of(
            new Benchmark("noise", RAW_AGAIN, RAW, Window::perSecond, EVENTS, true),
            new Benchmark("noise-sync-p50", CALL_AGAIN, CALL, Window::medianMicros, "µs", false),
            new Benchmark("noise-sync-throughput", CALLS_AGAIN, CALLS, Window::perSecond, "calls/s", false),
            new Benchmark("async-vs-raw-hop", PLATFORM, RAW_HOP, Window::perSecond, EVENTS, true),
            new Benchmark("async-vs-raw", PLATFORM, RAW, Window::perSecond, EVENTS, true),
            new Benchmark("async-vs-spring", PLATFORM, SPRING, Window::perSecond, EVENTS, true),
            new Benchmark("sync-p50-vs-raw", PLATFORM_CALL, CALL, Window::medianMicros, "µs", true),
            new Benchmark("sync-throughput-vs-raw", PLATFORM_CALLS, CALLS, Window::perSecond, "calls/s", true),
            new Benchmark("retry-10-percent-vs-raw", PLATFORM_RETRY, RAW_RETRY, Window::perSecond, EVENTS, true),
            new Benchmark("http-sync-vs-bare", GATEWAY_CALLS, BARE_CALLS, Window::perSecond, "calls/s", true),
            new Benchmark("http-async-vs-bare", GATEWAY_EVENTS, BARE_EVENTS, Window::perSecond, EVENTS, true),
            new Benchmark("many-functions", PLATFORM_1000, PLATFORM, Window::perSecond, EVENTS, true),
            new Benchmark("idempotency-vs-plain", KEYED, PLATFORM, Window::perSecond, EVENTS, false),
            new Benchmark("metrics-vs-off", PLATFORM, UNMEASURED, Window::perSecond, EVENTS, false),
            new Benchmark("logs-vs-off", PLATFORM, UNLOGGED, Window::perSecond, EVENTS, false),
            new Benchmark("observability-vs-off", PLATFORM, UNOBSERVED, Window::perSecond, EVENTS, false),
            new Benchmark("observability-traced-vs-off", TRACED, UNOBSERVED, Window::perSecond, EVENTS, false),
            new Benchmark("traces-vs-off", TRACED, PLATFORM, Window::perSecond, EVENTS, false),
            new Benchmark("raw-hop-vs-raw", RAW_HOP, RAW, Window::perSecond, EVENTS, true),
            new Benchmark("raw-hop-vs-spring", RAW_HOP, SPRING, Window::perSecond, EVENTS, true),
            new Benchmark("raw-retry-10-percent-vs-raw-hop", RAW_RETRY, RAW_MANY, Window::perSecond, EVENTS, true),
            new Benchmark("mapping-10-vs-proton", MAPPING_10, PROTON_10, Window::perSecond, EVENTS, false),
            new Benchmark("mapping-100-vs-proton", MAPPING_100, PROTON_100, Window::perSecond, EVENTS, false),
            new Benchmark("mapping-100-vs-single", MAPPING_100, SINGLE, Window::perSecond, EVENTS, false),
            new Benchmark("mapping-isolation", TROUBLED, HEALTHY, Window::perSecond, EVENTS, false));
}
