package io.millrace.console.deadletters;

import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.Pace;
import io.millrace.runtime.door.DoorRefusedException;
import java.util.Set;

/** A redrive as it is asked for: which, where to, how fast, how many, why. */
record AskedJob(String queue, JobRequest request) {
    private static final Set<String> KNOWN = Set.of(
            "queue", "selection", "to", "max", "rate", "canary", "canaryWaitSeconds", "stopIfReturning", "reason");
    private static final int LONGEST_REASON = 500;
    private static final double MOST_PER_SECOND = 1e7;
    private static final long CANARY_WAIT_SECONDS = 30;
    /** As on the command line: of a canary so many may come back unless it is said otherwise. */
    private static final double CANARY_SHARE = 0.05;

    /** @param who is written down as who asked */
    static AskedJob of(byte[] body, String who) {
        Asked asked = Asked.of(body, KNOWN);
        long canary = asked.number("canary", 0, 1, Long.MAX_VALUE);
        if (canary == 0 && asked.has("canaryWaitSeconds")) {
            throw DoorRefusedException.invalid("canaryWaitSeconds is there without canary, expected both or neither");
        }
        Pace pace = new Pace(
                asked.fraction("rate", 0, 0, MOST_PER_SECOND, "messages per second above 0"),
                canary,
                1_000 * asked.number("canaryWaitSeconds", CANARY_WAIT_SECONDS, 0, 86_400),
                asked.fraction(
                        "stopIfReturning",
                        canary == 0 ? -1 : CANARY_SHARE,
                        -1e-9,
                        1,
                        "a share from 0 to 1, such as 0.05"));
        String reason = asked.optionalText("reason").orElse("");
        if (reason.length() > LONGEST_REASON) {
            throw DoorRefusedException.invalid(
                    "reason has " + reason.length() + " characters, expected at most " + LONGEST_REASON);
        }
        return new AskedJob(
                asked.text("queue"),
                new JobRequest(
                        AskedSelection.of(asked),
                        asked.optionalText("to"),
                        asked.number("max", Long.MAX_VALUE, 1, Long.MAX_VALUE),
                        pace,
                        who,
                        reason));
    }
}
