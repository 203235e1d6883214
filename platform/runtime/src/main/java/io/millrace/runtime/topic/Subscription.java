package io.millrace.runtime.topic;

/**
 * Who gets the messages of a topic.
 *
 * @param id a UUID, unique
 * @param topic its name
 * @param protocol lambda or sqs
 * @param endpoint ARN of a function or queue
 */
public record Subscription(String id, String topic, String protocol, String endpoint, SubscriptionSettings settings) {
    /** Functions get events. */
    public static final String LAMBDA = "lambda";

    /** Queues get messages. */
    public static final String SQS = "sqs";
}
