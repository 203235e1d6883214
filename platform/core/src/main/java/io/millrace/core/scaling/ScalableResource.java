package io.millrace.core.scaling;

import io.millrace.core.function.FunctionName;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has a provisioned concurrency to scale; as text {@code function:<name>:<qualifier>} (lambda-semantics 4.4).
 *
 * @param qualifier an alias or the number of a published version
 */
public record ScalableResource(FunctionName function, String qualifier) implements Comparable<ScalableResource> {
    private static final Pattern SHAPE = Pattern.compile("function:([a-zA-Z0-9-_]{1,64}):([a-zA-Z0-9-_]{1,128})");
    private static final Comparator<ScalableResource> BY_FUNCTION =
            Comparator.comparing(ScalableResource::function).thenComparing(ScalableResource::qualifier);

    /** Empty when {@code text} is no such resource; {@code $LATEST} has no provisioned concurrency. */
    public static Optional<ScalableResource> parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        return matcher.matches()
                ? Optional.of(new ScalableResource(new FunctionName(matcher.group(1)), matcher.group(2)))
                : Optional.empty();
    }

    @Override
    public int compareTo(ScalableResource other) {
        return BY_FUNCTION.compare(this, other);
    }

    @Override
    public String toString() {
        return "function:" + function + ":" + qualifier;
    }
}
