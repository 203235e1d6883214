package io.millrace.bench;

import java.util.List;
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
 */
record Benchmark(String name, Side first, Side second, ToDoubleFunction<Window> figure, String unit) {

    /** A lane before it is connected. */
    record Side(String name, Function<Surroundings, Lane> connect) {}

    private static final Side RAW = new Side("raw", on -> on.rawPipe(Load.EVENTS, false));
    private static final Side RAW_AGAIN = new Side("raw, once more", RAW.connect());
    private static final Side RAW_HOP = new Side("raw with hop", on -> on.rawPipe(Load.EVENTS, true));
    private static final Side RAW_RETRY = new Side("raw, 10 % fail", on -> on.rawPipe(Load.WITH_RETRIES, true));
    private static final Side SPRING = new Side("spring", on -> on.spring(Load.EVENTS));
    private static final Side CALL = new Side("raw call", on -> on.rawCalls(1));
    private static final Side CALLS = new Side("raw calls", on -> on.rawCalls(128));

    /** All of them, in the order they run. */
    static final List<Benchmark> ALL = List.of(
            new Benchmark("noise", RAW_AGAIN, RAW, Window::perSecond, "events/s"),
            new Benchmark(
                    "noise-sync-p50",
                    new Side("raw call, once more", CALL.connect()),
                    CALL,
                    Window::medianMicros,
                    "µs"),
            new Benchmark(
                    "noise-sync-throughput",
                    new Side("raw calls, once more", CALLS.connect()),
                    CALLS,
                    Window::perSecond,
                    "calls/s"),
            new Benchmark("raw-hop-vs-raw", RAW_HOP, RAW, Window::perSecond, "events/s"),
            new Benchmark("raw-hop-vs-spring", RAW_HOP, SPRING, Window::perSecond, "events/s"),
            new Benchmark("raw-retry-10-percent-vs-raw-hop", RAW_RETRY, RAW_HOP, Window::perSecond, "events/s"));
}
