package io.millrace.cli;

import io.millrace.Millrace;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A whole start and stop on data that nobody keeps, behind free ports of this machine alone. A server that has done it
 * once starts several times faster, as its code is loaded and compiled by then. Thread-safe; blocks.
 */
final class Rehearsal {
    private static final String FUNCTION = "rehearsal";

    private volatile @Nullable ThrowawayData data;

    /** Once. */
    void run() {
        ThrowawayData own = ThrowawayData.create("millrace-standby");
        data = own;
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(own.path())
                .freePorts()
                .http("127.0.0.1", 0)
                .function(FUNCTION, Function.<Object>identity())
                .start()) {
            millrace.publish(FUNCTION, "{}").join();
            millrace.invoke(FUNCTION, "{}").join();
        }
    }

    /** Also where it was not finished, or not begun. */
    void clean() {
        ThrowawayData own = data;
        if (own != null) {
            own.delete();
        }
    }
}
