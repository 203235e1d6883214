package io.millrace.bench;

import java.util.List;
import java.util.stream.DoubleStream;

/** Groups a million dead letters in a JVM of its own, with the heap that the tool may take and no more. */
final class MillionGroups {
    static final String NAME = "groups-million";

    private static final int MILLION = 1_000_000;
    private static final int HEAP_MEGABYTES = 256;

    private MillionGroups() {}

    static String run(Surroundings on, Pairing pairing) {
        try (DeadQueue queue = DeadQueue.filled(on, MILLION);
                JvmProcess tool = JvmProcess.start(
                        "groups",
                        on.directory(),
                        System.getProperty("java.class.path"),
                        GroupsMain.class.getName(),
                        List.of(on.brokerUrl(), queue.name()),
                        HEAP_MEGABYTES)) {
            int runs = Math.max(2, pairing.pairs() / 2);
            double[] first = new double[runs];
            double[] all = new double[runs];
            double[] heap = new double[runs];
            for (int i = 0; i < runs; i++) {
                String[] figures = tool.ask("again").split(" ", -1);
                requireAll(Long.parseLong(figures[3]), MILLION);
                first[i] = Double.parseDouble(figures[0]);
                all[i] = Double.parseDouble(figures[1]);
                heap[i] = Double.parseDouble(figures[2]);
            }
            return Measured.line(NAME + "-first-row", Spread.of(DoubleStream.of(first)), "ms")
                    + Measured.line(NAME, Spread.of(DoubleStream.of(all)), "s")
                    + Measured.line(NAME + "-heap-peak", Spread.of(DoubleStream.of(heap)), "MB of " + HEAP_MEGABYTES);
        }
    }

    private static void requireAll(long counted, long expected) {
        if (counted != expected) {
            throw new IllegalStateException(counted + " dead letters were grouped, expected " + expected);
        }
    }
}
