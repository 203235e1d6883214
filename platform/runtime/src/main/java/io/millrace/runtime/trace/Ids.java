package io.millrace.runtime.trace;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Ids and decisions that no tracer is asked for. Thread-safe. */
final class Ids {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int HEX = 16;
    private static final int MANTISSA_BITS = 53;

    private Ids() {}

    /** Of a new trace that is not recorded. */
    static TraceContext unsampled() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new TraceContext(hex(random.nextLong()) + hex(random.nextLong() | 1), hex(random.nextLong() | 1), false);
    }

    /**
     * The trace of an event whose publisher began none: named after the event, so that all its attempts are in one and
     * are all recorded or none is. The span at its top was never made.
     */
    static Optional<TraceContext> ofRequest(String id, double sample) {
        String uuid = id.toLowerCase(Locale.ROOT);
        if (!UUID.matcher(uuid).matches()) {
            return Optional.empty(); // Clients may call as they like by AMQP.
        }
        String trace = uuid.replace("-", "");
        return TraceContext.of(trace, parentOf(trace), isSampled(trace, sample));
    }

    /** For a header that names a trace and no span. */
    static String parentOf(String traceId) {
        return hex(mixed(traceId) | 1);
    }

    /** The same for one trace wherever it is asked. */
    static boolean isSampled(String traceId, double sample) {
        return isBelow(mixed(traceId), sample);
    }

    static boolean isSampled(double sample) {
        return isBelow(ThreadLocalRandom.current().nextLong(), sample);
    }

    private static boolean isBelow(long random, double sample) {
        return (random >>> (Long.SIZE - MANTISSA_BITS)) * 0x1.0p-53 < sample;
    }

    // Ids of requests have fixed bits, those of X-Ray begin with the time: all of them decide about each.
    private static long mixed(String traceId) {
        long high = Long.parseUnsignedLong(traceId, 0, HEX, HEX);
        long low = Long.parseUnsignedLong(traceId, HEX, 2 * HEX, HEX);
        long bits = high * 0x9E3779B97F4A7C15L ^ low;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }

    private static String hex(long bits) {
        return HexFormat.of().toHexDigits(bits);
    }
}
