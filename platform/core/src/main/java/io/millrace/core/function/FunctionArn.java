package io.millrace.core.function;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>]}.
 *
 * @param qualifier present only if the caller used one (lambda-semantics 1.8)
 */
public record FunctionArn(String region, String account, FunctionName function, Optional<String> qualifier) {
    /** The version that a function without published versions runs. */
    public static final String LATEST = "$LATEST";

    private static final Pattern SHAPE = Pattern.compile(
            "(?:(?:arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):)?(\\d{12}):function:)?([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    public static FunctionArn of(String region, String account, FunctionName function) {
        return new FunctionArn(region, account, function, Optional.empty());
    }

    /**
     * Reads a name, {@code name:qualifier}, a partial or a full ARN; what it leaves out is taken from the arguments.
     * Empty when {@code text} is none of these.
     */
    public static Optional<FunctionArn> parse(String text, String region, String account) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new FunctionArn(
                matcher.group(1) == null ? region : matcher.group(1),
                matcher.group(2) == null ? account : matcher.group(2),
                new FunctionName(matcher.group(3)),
                Optional.ofNullable(matcher.group(4))));
    }

    /** The same function with {@code :$LATEST} where no qualifier was given, as records of outcomes name it. */
    public FunctionArn qualified() {
        return qualifier.isPresent() ? this : withQualifier(LATEST);
    }

    public FunctionArn withQualifier(String newQualifier) {
        return new FunctionArn(region, account, function, Optional.of(newQualifier));
    }

    @Override
    public String toString() {
        String base = "arn:aws:lambda:" + region + ":" + account + ":function:" + function;
        return qualifier.map(q -> base + ":" + q).orElse(base);
    }
}
