package io.millrace.runtime.registry;

/**
 * What was used, all of it additive.
 *
 * @param requests attempts, of events and of calls
 * @param megabyteMillis billed milliseconds by the megabytes of the function's configuration
 * @param coldStarts attempts that waited for their environment to be initialised
 * @param bytesIn of payloads
 * @param bytesOut of responses and errors
 */
public record UsageAmount(long requests, long megabyteMillis, long coldStarts, long bytesIn, long bytesOut) {
    public static final UsageAmount NOTHING = new UsageAmount(0, 0, 0, 0, 0);

    public UsageAmount plus(UsageAmount other) {
        return new UsageAmount(
                requests + other.requests,
                megabyteMillis + other.megabyteMillis,
                coldStarts + other.coldStarts,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut);
    }

    public UsageAmount minus(UsageAmount other) {
        return new UsageAmount(
                requests - other.requests,
                megabyteMillis - other.megabyteMillis,
                coldStarts - other.coldStarts,
                bytesIn - other.bytesIn,
                bytesOut - other.bytesOut);
    }
}
