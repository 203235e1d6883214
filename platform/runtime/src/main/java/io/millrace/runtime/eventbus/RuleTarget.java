package io.millrace.runtime.eventbus;

import java.time.Duration;
import java.util.Optional;

/**
 * Who gets the events of a rule. At most one of input, inputPath and transformer is given; without any it is the event.
 *
 * @param id unique within the rule
 * @param arn of a function, queue or topic
 * @param input constant JSON
 * @param inputPath a valid path into the event
 * @param maximumRetries 0 to 185
 * @param maximumAge 60 s to 24 h
 * @param deadLetters ARN of a queue
 */
public record RuleTarget(
        String id,
        String arn,
        Optional<String> input,
        Optional<String> inputPath,
        Optional<InputTransformer> transformer,
        Optional<Integer> maximumRetries,
        Optional<Duration> maximumAge,
        Optional<String> deadLetters) {
    public static final int MOST_RETRIES = 185;
    public static final Duration LONGEST_AGE = Duration.ofHours(24);
}
