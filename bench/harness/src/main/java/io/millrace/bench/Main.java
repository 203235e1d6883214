package io.millrace.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** {@code Main DIRECTORY SPRING_CLASS_PATH [--quick] [NAME…]}: started by {@code bench/run}. */
final class Main {

    private static final Pairing FULL =
            new Pairing(Duration.ofSeconds(10), 8, Duration.ofMillis(800), Duration.ofSeconds(5));
    private static final Pairing QUICK =
            new Pairing(Duration.ofSeconds(5), 6, Duration.ofMillis(400), Duration.ofMillis(1_800));

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        List<String> names = new ArrayList<>(List.of(arguments));
        Path directory = Path.of(names.remove(0));
        String springClassPath = names.remove(0);
        boolean quick = names.remove("--quick");
        requireKnown(names);
        List<Benchmark> chosen = Benchmark.ALL.stream()
                .filter(benchmark -> names.isEmpty() ? benchmark.inQuick() || !quick : names.contains(benchmark.name()))
                .toList();
        List<Measurement> measurements = Measurement.ALL.stream()
                .filter(measurement -> names.isEmpty() ? !quick : names.stream().anyMatch(measurement::isMeantBy))
                .toList();
        Pairing pairing = quick ? QUICK : FULL;
        System.out.print(conditions(directory, pairing));
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            RawQueues.setUp(broker.amqpPort());
            Surroundings surroundings = new Surroundings(directory, broker, springClassPath, new AtomicInteger());
            for (Benchmark benchmark : chosen) {
                System.out.print(run(benchmark, pairing, surroundings));
            }
            for (Measurement measurement : measurements) {
                System.out.print(measurement.run().apply(surroundings, pairing));
            }
        }
    }

    private static String run(Benchmark benchmark, Pairing pairing, Surroundings surroundings) {
        try (Lane first = benchmark.first().connect().apply(surroundings);
                Lane second = benchmark.second().connect().apply(surroundings)) {
            return pairing.compare(benchmark.name(), first, second, benchmark.figure())
                    .report(benchmark.first().name(), benchmark.second().name(), benchmark.unit());
        }
    }

    private static void requireKnown(List<String> names) {
        List<String> known = Stream.of(
                        Benchmark.ALL.stream().map(Benchmark::name),
                        Measurement.ALL.stream().map(Measurement::name),
                        Measurement.ALIASES.stream())
                .flatMap(several -> several)
                .toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("no comparison is called '" + name + "', expected one of " + known);
            }
        }
    }

    private static String conditions(Path directory, Pairing pairing) throws IOException {
        return String.format(
                Locale.ROOT,
                "# JVM %s, %d cores, load %.1f, journal on %s with fsync, %d-byte bodies, %d pairs of %.1f s%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Files.getFileStore(directory).type(),
                Load.BODY_BYTES,
                pairing.pairs(),
                pairing.measured().toMillis() / 1e3);
    }
}
