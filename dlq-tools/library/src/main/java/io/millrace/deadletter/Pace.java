package io.millrace.deadletter;

/**
 * How fast a redrive goes, and when it stops by itself.
 *
 * @param perSecond messages per second; 0 for as fast as the broker can
 * @param canary so many first, then a wait before the rest; 0 for none
 * @param canaryWaitMillis how long that wait is
 * @param stopAbove the share of moved ones, 0 to 1, that may come back dead; -1 for any
 */
public record Pace(double perSecond, long canary, long canaryWaitMillis, double stopAbove) {
    public static final Pace UNLIMITED = new Pace(0, 0, 0, -1);

    public Pace {
        require(perSecond >= 0, "rate is " + perSecond + "/s, expected more than 0");
        require(canary >= 0, "canary is " + canary + ", expected at least 1");
        require(canaryWaitMillis >= 0, "canary wait is " + canaryWaitMillis + " ms, expected at least 0");
        require(stopAbove <= 1, "share that may return is " + stopAbove + ", expected 0 to 1");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    boolean hasBreaker() {
        return stopAbove >= 0;
    }
}
