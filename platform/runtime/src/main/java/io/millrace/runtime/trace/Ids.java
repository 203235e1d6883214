package io.millrace.runtime.trace;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Ids and decisions that no tracer is asked for. Thread-safe. */
final class Ids {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int UUID_LENGTH = 36;
    /** Of the hyphen before the second half of its digits. */
    private static final int LOW_HALF = 18;

    private static final int HEX = 16;
    /** By character; negative for what is none. */
    private static final byte[] DIGITS = digits();

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

    /**
     * Whether the trace of an event whose publisher began none is not recorded; what {@link #ofRequest} says, and for
     * most events all that is asked, so that it makes no object. False also for an id that is no UUID.
     */
    static boolean isLeftOut(String id, double sample) {
        if (id.length() != UUID_LENGTH) {
            return false;
        }
        long high = 0;
        long low = 0;
        int wrong = 0; // Digits are random: a branch for each would be guessed wrong half of the time.
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = id.charAt(i);
            if (i == 8 || i == 13 || i == LOW_HALF || i == 23) {
                wrong |= c ^ '-';
                continue;
            }
            int digit = c < DIGITS.length ? DIGITS[c] : -1;
            wrong |= digit >> Byte.SIZE;
            if (i < LOW_HALF) {
                high = high << 4 | digit;
            } else {
                low = low << 4 | digit;
            }
        }
        return wrong == 0 && !isBelow(mixed(high, low), sample);
    }

    private static byte[] digits() {
        byte[] digits = new byte[0x80];
        for (char c = 0; c < digits.length; c++) {
            digits[c] = (byte) Character.digit(c, HEX);
        }
        return digits;
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
        return mixed(Long.parseUnsignedLong(traceId, 0, HEX, HEX), Long.parseUnsignedLong(traceId, HEX, 2 * HEX, HEX));
    }

    private static long mixed(long high, long low) {
        long bits = high * 0x9E3779B97F4A7C15L ^ low;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }

    private static String hex(long bits) {
        return HexFormat.of().toHexDigits(bits);
    }
}
