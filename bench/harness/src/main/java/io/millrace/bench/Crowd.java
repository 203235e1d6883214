package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.RegisteredFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Whether ten thousand registered functions make anything slower than one does; all calls are to one of them. */
final class Crowd {
    static final String NAME = "ten-thousand-functions";

    private static final int MANY = 10_000;
    private static final int STARTS = 3;
    private static final String CALLED = "crowd-00000";
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int MEMORY_MEGABYTES = 128;
    private static final int EPHEMERAL_MEGABYTES = 512;

    private Crowd() {}

    static String run(Surroundings on, Pairing pairing) {
        Path one = fill(on.directory().resolve("crowd-one"), 1);
        Path many = fill(on.directory().resolve("crowd-many"), MANY);
        String report = starts("start-with-one", one) + starts("start-with-ten-thousand", many);
        try (Millrace few = start(one);
                Millrace crowd = start(many)) {
            System.out.print(report);
            return compare("get", pairing, few, crowd, "GET /2015-03-31/functions/" + CALLED, 200)
                    + compare("list", pairing, few, crowd, "GET /2015-03-31/functions?MaxItems=1", 200)
                    + compare("invoke", pairing, few, crowd, "POST " + invocations(), 200);
        }
    }

    private static String invocations() {
        return "/2015-03-31/functions/" + CALLED + "/invocations";
    }

    private static String compare(
            String what, Pairing pairing, Millrace few, Millrace crowd, String request, int wanted) {
        try (Lane many = lane(crowd, request, wanted);
                Lane one = lane(few, request, wanted)) {
            return pairing.compare(NAME + "-" + what, many, one, Window::perSecond)
                    .report(String.format(Locale.ROOT, "%,d functions", MANY), "one function", "requests/s");
        }
    }

    private static Lane lane(Millrace millrace, String request, int wanted) {
        byte[] body = request.startsWith("POST") ? Load.body() : new byte[0];
        int port = millrace.httpUrl().orElseThrow().getPort();
        return HttpLoad.against(() -> {}, port, request + " HTTP/1.1\r\n", body, wanted);
    }

    /** The first start, which makes the queues, does not count. */
    private static String starts(String what, Path data) {
        start(data).close();
        double[] seconds = IntStream.range(0, STARTS)
                .mapToDouble(again -> {
                    long startedAt = System.nanoTime();
                    Millrace millrace = start(data);
                    double taken = (System.nanoTime() - startedAt) / 1e9;
                    millrace.close();
                    return taken;
                })
                .toArray();
        return Measured.line(NAME + "-" + what, Spread.of(DoubleStream.of(seconds)), "s");
    }

    private static Millrace start(Path data) {
        return Millrace.builder()
                .dataDirectory(data)
                .http("127.0.0.1", 0)
                .set("broker.amqp", "0")
                .set("environment.java", "in-process")
                .set("concurrency.requestsPerSecondPerPermit", "0")
                .start();
    }

    /** As if they had been created by the API, which would take longer. */
    private static Path fill(Path data, int functions) {
        UploadedFunction code = UploadedFunction.JAVA;
        FunctionConfiguration configuration = new FunctionConfiguration(
                code.handler(),
                code.runtime(),
                Optional.empty(),
                "",
                TIMEOUT,
                MEMORY_MEGABYTES,
                EPHEMERAL_MEGABYTES,
                List.of(),
                Map.of());
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            CodeReference stored = registry.storeCode(code.zip());
            for (int number = 0; number < functions; number++) {
                FunctionName name = new FunctionName(String.format(Locale.ROOT, "crowd-%05d", number));
                registry.save(RegisteredFunction.created(name, configuration, Optional.of(stored), Instant.now()));
            }
        }
        return data;
    }
}
