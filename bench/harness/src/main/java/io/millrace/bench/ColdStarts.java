package io.millrace.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Cold starts in processes, in turn with bare ones: from the call of a function that has no environment until its answer,
 * against from the start of the same command until its first answer has come in.
 */
final class ColdStarts {

    /** More than windows have, since one start is less than a window. */
    private static final int STARTS_PER_PAIR = 2;
    /** What is measured is a cold environment of a server that has been running, not the server's own JVM. */
    private static final int WARM_UP = 5_000;

    private final ProcessPlatform platform;
    private final Path directory;
    private ProcessCommand command;

    private ColdStarts(ProcessPlatform platform, Path directory) {
        this.platform = platform;
        this.directory = directory;
        this.command = platform.command();
    }

    static String run(String name, UploadedFunction code, Surroundings on, Pairing pairing) {
        try (ProcessPlatform platform = ProcessPlatform.start(on, code, (invocation, outcome) -> {})) {
            Comparison comparison =
                    new ColdStarts(platform, on.directory()).compare(name, pairing.pairs() * STARTS_PER_PAIR);
            return comparison.report("platform, cold", "bare, cold", "µs") + platform.remark();
        }
    }

    private Comparison compare(String name, int pairs) {
        warmUp();
        ours(); // The first of each is thrown away.
        bare();
        List<Window> firsts = new ArrayList<>();
        List<Window> seconds = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            boolean inOrder = pair % 2 == 0;
            Window ahead = inOrder ? ours() : bare();
            Window behind = inOrder ? bare() : ours();
            firsts.add(inOrder ? ahead : behind);
            seconds.add(inOrder ? behind : ahead);
        }
        return new Comparison(name, firsts, seconds, Window::medianMicros);
    }

    private void warmUp() {
        for (int i = 0; i < WARM_UP; i++) {
            platform.call();
        }
        try (BareRuntimeApi api = BareRuntimeApi.start();
                BareProcess process = BareProcess.start(api, command, directory)) {
            api.allow(WARM_UP);
            api.awaitAnswer(WARM_UP);
            process.pause();
        }
    }

    private Window ours() {
        platform.renew();
        Duration processorBefore = Processor.used();
        Duration taken = platform.call();
        Duration processor = Processor.used().minus(processorBefore);
        command = platform.command(); // Its code is at a new place since it was renewed.
        return window(taken, processor);
    }

    private Window bare() {
        try (BareRuntimeApi api = BareRuntimeApi.start()) {
            api.allow(1);
            Duration processorBefore = Processor.used();
            long startedAt = System.nanoTime();
            try (BareProcess process = BareProcess.start(api, command, directory)) {
                Duration taken = Duration.ofNanos(api.awaitAnswer(1) - startedAt);
                Duration processor = Processor.used().minus(processorBefore);
                process.pause();
                return window(taken, processor);
            }
        }
    }

    private static Window window(Duration taken, Duration processor) {
        return new Window(1e9 / taken.toNanos(), taken.toNanos() / 1e3, 0, processor.toNanos() / 1e3);
    }
}
