package io.millrace.bench;

import java.time.Duration;
import java.util.stream.Stream;

/** Processor time spent by the harness, the broker and the Spring process together. */
final class Processor {
    private Processor() {}

    static Duration used() {
        return Stream.concat(
                        Stream.of(ProcessHandle.current()),
                        ProcessHandle.current().descendants())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
