package io.millrace.core.concurrency;

/**
 * Provisioned concurrency of one function version at one instant (lambda-semantics 4.4 and 4.5).
 *
 * @param requested environments that are configured
 * @param available environments that are initialised, busy or not
 * @param inUse attempts that run in them
 * @param spillOvers attempts that had to run on demand although the version has provisioned concurrency, since the
 *     ledger knows the version
 */
public record Usage(int requested, int available, int inUse, long spillOvers) {
    static final Usage NONE = new Usage(0, 0, 0, 0);

    /** In use by available, 0 to 1; 0 while nothing is available. What target tracking looks at. */
    public double utilisation() {
        return available == 0 ? 0 : Math.min(1, (double) inUse / available);
    }
}
