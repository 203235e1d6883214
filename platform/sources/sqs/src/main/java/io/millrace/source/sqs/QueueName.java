package io.millrace.source.sqs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an ARN of a queue says. */
record QueueName(String arn, String region, String account, String name) {
    private static final Pattern SHAPE =
            Pattern.compile("arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\\d{12}):([A-Za-z0-9_-]{1,75}(?:\\.fifo)?)");

    static Optional<QueueName> parse(String arn) {
        Matcher parts = SHAPE.matcher(arn);
        return parts.matches()
                ? Optional.of(new QueueName(arn, parts.group(1), parts.group(2), parts.group(3)))
                : Optional.empty();
    }

    boolean isFifo() {
        return name.endsWith(".fifo");
    }
}
