package io.millrace.runtime.access;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Actions that may be done with resources.
 *
 * @param actions such as {@code lambda:InvokeFunction}, {@code lambda:Get*} or {@code *}
 * @param resources ARNs with wildcards as in AWS's policies; {@code layer:<name>}, {@code queue:<name>}; or the name of a
 *     function, which stands for its versions and aliases too. Only {@code *} covers what belongs to no resource.
 */
public record Permission(List<String> actions, List<String> resources) {
    private static final Pattern ACTION = Pattern.compile("\\*|[a-z-]+:[a-zA-Z*?]+");
    private static final Pattern RESOURCE = Pattern.compile("[!-~]{1,1000}");
    private static final String QUEUE = "queue:";
    private static final String LAYER = "layer:";

    /** @throws IllegalArgumentException for what cannot be meant */
    public Permission {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
        require("actions", actions, ACTION, "such as lambda:InvokeFunction, lambda:Get* or *");
        require("resources", resources, RESOURCE, "an ARN or name of a function, wildcards allowed");
    }

    private static void require(String what, List<String> texts, Pattern shape, String expected) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException(
                    what + " of a statement are missing, expected at least one, " + expected);
        }
        for (String text : texts) {
            if (!shape.matcher(text).matches()) {
                throw new IllegalArgumentException(
                        what + " of a statement have '" + text + "', expected each " + expected);
            }
        }
    }

    boolean allows(String action, String resource) {
        return actions.stream().anyMatch(pattern -> matchesAction(pattern, action))
                && resources.stream().anyMatch(pattern -> matchesResource(pattern, resource));
    }

    /** Case does not count in actions, as at AWS. */
    static boolean matchesAction(String pattern, String action) {
        return Wildcards.match(pattern.toLowerCase(Locale.ROOT), action.toLowerCase(Locale.ROOT));
    }

    private static boolean matchesResource(String pattern, String resource) {
        if (pattern.equals("*")) {
            return true;
        }
        if (pattern.startsWith("arn:")) {
            return Wildcards.match(pattern, resource);
        }
        // arn, aws, service, region, account, and what it is
        String[] parts = resource.split(":", 6);
        if (parts.length < 6) {
            return false;
        }
        String service = parts[2];
        String rest = parts[5];
        if (pattern.startsWith(QUEUE)) {
            return (service.equals("sqs") || service.equals("sns"))
                    && Wildcards.match(pattern.substring(QUEUE.length()), rest);
        }
        String named = pattern.startsWith(LAYER) ? pattern : "function:" + pattern;
        return service.equals("lambda") && (Wildcards.match(named, rest) || Wildcards.match(named, unqualified(rest)));
    }

    /** {@code function:name} of {@code function:name:qualifier}. */
    private static String unqualified(String rest) {
        int name = rest.indexOf(':') + 1;
        int qualifier = rest.indexOf(':', name);
        return qualifier < 0 ? rest : rest.substring(0, qualifier);
    }
}
