package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.Optional;

/**
 * What happens when a schedule is due.
 *
 * @param arn of a function, with a qualifier or without, or of a queue
 * @param roleArn shown as it was given; here nobody takes on a role
 * @param input for the function or queue; without, it gets what EventBridge Scheduler sends then
 * @param messageGroup of the messages for a queue
 * @param maximumAge of a due time that cannot be delivered, 60 s to 24 h
 * @param maximumRetries of such a delivery, 0 to 185
 * @param deadLetterArn queue that gets what was given up
 */
public record ScheduleTarget(
        String arn,
        String roleArn,
        Optional<String> input,
        Optional<String> messageGroup,
        Duration maximumAge,
        int maximumRetries,
        Optional<String> deadLetterArn) {
    public static final Duration USUAL_AGE = Duration.ofDays(1);
    public static final int USUAL_RETRIES = 185;
}
