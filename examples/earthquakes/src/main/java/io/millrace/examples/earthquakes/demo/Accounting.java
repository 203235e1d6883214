package io.millrace.examples.earthquakes.demo;

/** Where every accepted event is at one moment. Each is somewhere, and nowhere twice. */
public record Accounting(
        long accepted, long waiting, long delayed, long running, long succeeded, long deadLettered, long expired) {
    public boolean balances() {
        return accepted == sum();
    }

    /** How many events need nothing more from the platform. */
    public long settled() {
        return succeeded + deadLettered + expired;
    }

    /** One line; where the sides differ it says so with {@code !=} and by how much. */
    public String equation() {
        String sides = "accepted " + accepted + (balances() ? " = " : " != ") + "waiting " + waiting + " + delayed "
                + delayed + " + running " + running + " + succeeded " + succeeded + " + dead-lettered " + deadLettered
                + " + expired " + expired;
        return balances() ? sides : sides + " (" + difference() + ")";
    }

    private String difference() {
        long missing = accepted - sum();
        return missing > 0 ? missing + " missing" : -missing + " too many";
    }

    private long sum() {
        return waiting + delayed + running + settled();
    }
}
