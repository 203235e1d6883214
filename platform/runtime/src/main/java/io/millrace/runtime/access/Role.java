package io.millrace.runtime.access;

import java.util.List;

/**
 * What the holder of a key may do; nothing else is allowed, and nothing is explicitly denied.
 *
 * @param name one of the known ones, or {@code custom}
 */
public record Role(String name, List<Permission> permissions) {
    private static final String INVOKER = "invoker:";

    public Role {
        permissions = List.copyOf(permissions);
    }

    /**
     * @param name {@code admin}: everything; {@code reader}: sees everything but access keys; {@code invoker:PATTERN}:
     *     invokes the functions whose name matches
     * @throws IllegalArgumentException if there is none of the name
     */
    public static Role named(String name) {
        if (name.equals("admin")) {
            return new Role(name, List.of(new Permission(List.of("*"), List.of("*"))));
        }
        if (name.equals("reader")) {
            List<String> actions = List.of(
                    "lambda:Get*",
                    "lambda:List*",
                    "application-autoscaling:Describe*",
                    "scheduler:Get*",
                    "scheduler:List*",
                    "sns:Get*",
                    "sns:List*",
                    "events:Describe*",
                    "events:List*",
                    "kinesis:Describe*",
                    "kinesis:List*",
                    "kinesis:Get*",
                    "millrace:Get*");
            return new Role(name, List.of(new Permission(actions, List.of("*"))));
        }
        if (name.startsWith(INVOKER) && name.length() > INVOKER.length()) {
            List<String> actions = List.of("lambda:InvokeFunction", "lambda:InvokeFunctionUrl");
            return new Role(name, List.of(new Permission(actions, List.of(name.substring(INVOKER.length())))));
        }
        throw new IllegalArgumentException(
                "role is '" + name + "', expected admin, reader or invoker:PATTERN, such as invoker:orders*");
    }

    /** @throws IllegalArgumentException without any permission */
    public static Role custom(List<Permission> permissions) {
        if (permissions.isEmpty()) {
            throw new IllegalArgumentException("statements are missing, expected at least one");
        }
        return new Role("custom", permissions);
    }

    boolean allows(String action, String resource) {
        return permissions.stream().anyMatch(permission -> permission.allows(action, resource));
    }
}
