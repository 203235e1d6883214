package io.millrace.core.invocation;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** New request ids. Thread-safe. */
public final class RequestIds {
    private static final long VERSION_4 = 0x4000L;
    private static final long VERSION_MASK = 0xf000L;
    private static final long VARIANT_2 = 0x8000_0000_0000_0000L;
    private static final long VARIANT_MASK = 0xc000_0000_0000_0000L;

    private RequestIds() {}

    /**
     * A random UUID in text. It names an invocation and keeps no secret, so it need not come from the system's slow and
     * shared source of secure random numbers.
     */
    public static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long most = (random.nextLong() & ~VERSION_MASK) | VERSION_4;
        long least = (random.nextLong() & ~VARIANT_MASK) | VARIANT_2;
        return new UUID(most, least).toString();
    }
}
