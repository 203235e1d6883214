package io.millrace.source.dynamodb;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an ARN of a table's stream says. */
record TableStream(String arn, String region, String table, String label) {
    private static final Pattern SHAPE =
            Pattern.compile("arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):(\\d{12}):table/([A-Za-z0-9_.-]+)/stream/(\\S+)");

    static Optional<TableStream> parse(String arn) {
        Matcher parts = SHAPE.matcher(arn);
        return parts.matches()
                ? Optional.of(new TableStream(arn, parts.group(1), parts.group(3), parts.group(4)))
                : Optional.empty();
    }
}
