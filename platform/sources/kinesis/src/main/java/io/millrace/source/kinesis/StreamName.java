package io.millrace.source.kinesis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an ARN of a stream says. */
record StreamName(String arn, String region, String account, String name) {
    private static final Pattern SHAPE =
            Pattern.compile("arn:aws[a-z-]*:kinesis:([a-z0-9-]+):(\\d{12}):stream/([A-Za-z0-9_.-]{1,128})");

    static Optional<StreamName> parse(String arn) {
        Matcher parts = SHAPE.matcher(arn);
        return parts.matches()
                ? Optional.of(new StreamName(arn, parts.group(1), parts.group(2), parts.group(3)))
                : Optional.empty();
    }
}
