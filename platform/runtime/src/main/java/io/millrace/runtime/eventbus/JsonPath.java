package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path into an event: {@code $}, then members as {@code .name} or {@code ['name']} and elements as {@code [0]}. There
 * are no wildcards. Immutable.
 */
public final class JsonPath {
    private static final Pattern STEP =
            Pattern.compile("\\.([A-Za-z0-9_-]+)|\\[(\\d{1,9})]|\\['([^']+)']|\\[\"([^\"]+)\"]");
    private static final int LONGEST = 256;

    /** One of the two is given. */
    private record Step(Optional<String> member, int element) {}

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    /** Empty for what is no such path. */
    public static Optional<JsonPath> parse(String path) {
        if (!path.startsWith("$") || path.length() > LONGEST) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(path);
        int end = 1;
        while (end < path.length()) {
            if (!step.find(end) || step.start() != end) {
                return Optional.empty();
            }
            steps.add(step(step));
            end = step.end();
        }
        return Optional.of(new JsonPath(List.copyOf(steps)));
    }

    private static Step step(Matcher found) {
        String element = found.group(2);
        if (element != null) {
            return new Step(Optional.empty(), Integer.parseInt(element));
        }
        String member = Optional.ofNullable(found.group(1))
                .or(() -> Optional.ofNullable(found.group(3)))
                .orElseGet(() -> found.group(4));
        return new Step(Optional.of(member), 0);
    }

    /** Empty where there is nothing. */
    Optional<JsonNode> in(JsonNode event) {
        JsonNode found = event;
        for (Step step : steps) {
            JsonNode within = found;
            found = step.member().map(within::path).orElseGet(() -> within.path(step.element()));
        }
        return found.isMissingNode() ? Optional.empty() : Optional.of(found);
    }
}
