package io.millrace.deadletter;

import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dead letters that have in common what they were grouped by. What else it says of them is so of its first one.
 *
 * @param key what they have in common; grouped by cause, their fingerprint
 * @param fingerprint of the first one's cause; empty where none is recorded
 * @param topFrame where the application's code failed, if there is a stack trace
 * @param firstDeath of those whose time of death is known
 * @param sampleIds of the first five
 */
public record DeadLetterGroup(
        String key,
        Optional<String> fingerprint,
        Optional<String> errorType,
        Optional<String> errorMessage,
        Optional<String> topFrame,
        Optional<FunctionName> function,
        Optional<String> origin,
        long count,
        Optional<Instant> firstDeath,
        Optional<Instant> lastDeath,
        List<String> sampleIds,
        Trend trend) {

    public String sampleId() {
        return sampleIds.get(0);
    }

    /** Counts a group's members. Not thread-safe. */
    static final class Collector {
        private static final int SAMPLES = 5;

        private final String key;
        private final Optional<String> fingerprint;
        private final Optional<Cause> cause;
        private final Optional<FunctionName> function;
        private final Optional<String> origin;
        private final List<String> samples = new ArrayList<>();
        private final Trend.Collector trend = new Trend.Collector();
        private long count;
        private Optional<Instant> firstDeath = Optional.empty();
        private Optional<Instant> lastDeath = Optional.empty();

        Collector(String key, DeadLetter first) {
            this.key = key;
            this.fingerprint = first.cause().map(known -> Fingerprint.of(first));
            this.cause = first.cause();
            this.function = first.function();
            this.origin = first.origin();
        }

        void add(DeadLetter letter) {
            count++;
            if (samples.size() < SAMPLES) {
                samples.add(letter.id());
            }
            letter.diedAt().ifPresent(this::died);
        }

        private void died(Instant at) {
            trend.add(at);
            if (firstDeath.isEmpty() || at.isBefore(firstDeath.get())) {
                firstDeath = Optional.of(at);
            }
            if (lastDeath.isEmpty() || at.isAfter(lastDeath.get())) {
                lastDeath = Optional.of(at);
            }
        }

        long count() {
            return count;
        }

        String firstSample() {
            return samples.get(0);
        }

        DeadLetterGroup group() {
            return new DeadLetterGroup(
                    key,
                    fingerprint,
                    cause.map(Cause::errorType),
                    cause.map(Cause::errorMessage),
                    cause.flatMap(known -> StackFrames.top(known.stackTrace())),
                    function,
                    origin,
                    count,
                    firstDeath,
                    lastDeath,
                    List.copyOf(samples),
                    trend.trend());
        }
    }
}
