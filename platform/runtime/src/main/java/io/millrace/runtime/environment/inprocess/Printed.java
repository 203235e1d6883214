package io.millrace.runtime.environment.inprocess;

import io.millrace.runtime.logs.EnvironmentLines;
import io.millrace.runtime.logs.LogStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes lines of what the thread of a handler prints. For that thread. */
final class Printed {
    private static final byte[] NOTHING = {};
    private static final int FIRST_SIZE = 128;
    private static final int LONGEST_LINE = 64 * 1024;

    private final EnvironmentLines lines;
    private final String requestId;
    private final Unfinished out = new Unfinished();
    private final Unfinished err = new Unfinished();

    Printed(EnvironmentLines lines, String requestId) {
        this.lines = lines;
        this.requestId = requestId;
    }

    private static final class Unfinished {
        private byte[] bytes = NOTHING;
        private int length;
    }

    void add(LogStream stream, byte[] bytes, int from, int length) {
        Unfinished line = stream == LogStream.STDOUT ? out : err;
        for (int i = from; i < from + length; i++) {
            if (bytes[i] == '\n') {
                end(stream, line);
                continue;
            }
            if (line.length == LONGEST_LINE) {
                end(stream, line);
            }
            if (line.length == line.bytes.length) {
                line.bytes = Arrays.copyOf(line.bytes, Math.max(FIRST_SIZE, line.length * 2));
            }
            line.bytes[line.length++] = bytes[i];
        }
    }

    private void end(LogStream stream, Unfinished line) {
        int length = line.length > 0 && line.bytes[line.length - 1] == '\r' ? line.length - 1 : line.length;
        lines.add(requestId, stream, new String(line.bytes, 0, length, StandardCharsets.UTF_8));
        line.length = 0;
    }

    /** Makes lines of unfinished ones. */
    void flush() {
        if (out.length > 0) {
            end(LogStream.STDOUT, out);
        }
        if (err.length > 0) {
            end(LogStream.STDERR, err);
        }
    }
}
