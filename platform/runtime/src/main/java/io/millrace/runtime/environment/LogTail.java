package io.millrace.runtime.environment;

import java.nio.charset.StandardCharsets;

/** The last bytes of the lines of one invocation, as {@code X-Amz-Log-Result} has them. Not thread-safe. */
public final class LogTail {
    private static final int BYTES = 4096;

    private final byte[] ring = new byte[BYTES];
    private long written;

    public void clear() {
        written = 0;
    }

    /** @param line without its end */
    public void add(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        for (int i = Math.max(0, bytes.length - ring.length); i < bytes.length; i++) {
            ring[(int) (written++ % ring.length)] = bytes[i];
        }
        ring[(int) (written++ % ring.length)] = '\n';
    }

    public byte[] bytes() {
        int length = (int) Math.min(written, ring.length);
        byte[] last = new byte[length];
        for (int i = 0; i < length; i++) {
            last[i] = ring[(int) ((written - length + i) % ring.length)];
        }
        return last;
    }
}
