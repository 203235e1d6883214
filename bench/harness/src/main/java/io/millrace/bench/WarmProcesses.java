package io.millrace.bench;

import java.util.OptionalInt;

/** Events through the queue into one warm environment, in turn with a bare process that is handed them at once. */
final class WarmProcesses {

    private static final int PERMITS = 1;
    private static final int OUTSTANDING = 64;

    private WarmProcesses() {}

    static String run(String name, UploadedFunction code, Surroundings on, Pairing pairing) {
        try (ProcessPipe ours = ProcessPipe.start(on, code, OptionalInt.of(PERMITS), OUTSTANDING);
                BareRuntimeApi api = BareRuntimeApi.start();
                BareProcess bare = BareProcess.start(api, ours.command(), on.directory())) {
            Comparison comparison = pairing.compare(name, ours, bare, Window::perSecond);
            return comparison.report("platform, one process", "bare process", "events/s") + ours.remark();
        }
    }
}
