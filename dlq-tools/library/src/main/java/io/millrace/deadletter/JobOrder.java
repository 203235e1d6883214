package io.millrace.deadletter;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a job was asked to do, frozen when it began.
 *
 * @param queue whose dead letters
 * @param selector which of them, in the broker's language; empty for all
 * @param rest what must hold besides, which the broker cannot tell
 * @param max at most so many
 */
public record JobOrder(String queue, String selector, Rest rest, long max, Pace pace, String by, String reason) {

    /**
     * As in {@link Selection}.
     *
     * @param bodyContains empty for any
     * @param group empty for any
     */
    public record Rest(Map<String, String> properties, Map<String, String> json, String bodyContains, String group) {
        public Rest {
            properties = Map.copyOf(properties);
            json = Map.copyOf(json);
        }

        private Selection within(String selector) {
            return new Selection(
                    Set.of(),
                    Optional.empty(),
                    selector.isEmpty() ? Optional.empty() : Optional.of(selector),
                    Selection.Period.ALWAYS,
                    Optional.empty(),
                    Optional.empty(),
                    properties,
                    json,
                    bodyContains.isEmpty() ? Optional.empty() : Optional.of(bodyContains),
                    group.isEmpty() ? Optional.empty() : Optional.of(group));
        }
    }

    static JobOrder of(String queue, JobRequest request) {
        Selection selection = request.selection();
        Rest rest = new Rest(
                selection.rest().isPresent() ? selection.properties() : Map.of(),
                selection.json(),
                selection.bodyContains().orElse(""),
                selection.group().orElse(""));
        return new JobOrder(
                queue, selection.selector(), rest, request.max(), request.pace(), request.by(), request.reason());
    }

    /** What was chosen, and {@code more} in the broker's language must hold. */
    Selection and(String more) {
        return rest.within(Selectors.all(selector, more));
    }

    /** Whether the broker alone can tell which are meant. */
    boolean isForBroker() {
        return and("").rest().isEmpty();
    }

    /** In words for people. */
    public String selection() {
        StringBuilder words = new StringBuilder(selector);
        rest.properties().forEach((name, value) -> and(words, name + " = " + value));
        rest.json().forEach((pointer, value) -> and(words, pointer + " = " + value));
        if (!rest.bodyContains().isEmpty()) {
            and(words, "body contains " + rest.bodyContains());
        }
        if (!rest.group().isEmpty()) {
            and(words, "group " + rest.group());
        }
        return words.length() == 0 ? ALL : words.toString();
    }

    static final String ALL = "all";

    private static void and(StringBuilder words, String more) {
        words.append(words.length() == 0 ? "" : " AND ").append(more);
    }
}
