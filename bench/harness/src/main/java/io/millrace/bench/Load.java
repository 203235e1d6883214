package io.millrace.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How much is under way at once; the same for both sides of a comparison.
 *
 * @param slots handlers that may run at once; the raw lanes grant exactly this much credit
 * @param outstanding events published and not yet settled by the consumer: enough to keep the slots fed, too few to
 *     let a backlog grow
 * @param failEvery one attempt in this many is settled modified(delivery-failed); 0 for none
 */
record Load(int slots, int outstanding, int failEvery) {

    static final int BODY_BYTES = 256;

    /** Wait before a failed event is delivered again. */
    static final Duration RETRY_DELAY = Duration.ofMillis(100);

    /** 64 in flight, four times that published. */
    static final Load EVENTS = new Load(64, 256, 0);

    /** One attempt in ten fails and comes back 100 ms later, so more events have to be under way to fill the slots. */
    static final Load WITH_RETRIES = new Load(64, 8_192, 10);

    /** As many under way as {@link #WITH_RETRIES}, but none fails: what it is held against. */
    static final Load AS_MANY = new Load(64, 8_192, 0);

    /** A JSON document of {@link #BODY_BYTES} bytes. */
    static byte[] body() {
        String head = "{\"orderId\":\"4711\",\"note\":\"";
        String tail = "\"}";
        String note = "x".repeat(BODY_BYTES - head.length() - tail.length());
        return (head + note + tail).getBytes(StandardCharsets.US_ASCII);
    }
}
