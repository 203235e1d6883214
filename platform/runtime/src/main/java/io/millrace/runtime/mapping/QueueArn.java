package io.millrace.runtime.mapping;

import java.util.Optional;

/**
 * {@code arn:aws:sqs:<region>:<account>:<queue>}: a queue of the broker, spelt as clients of Lambda know queues.
 *
 * @param queue may hold dots, unlike a name of SQS
 */
public record QueueArn(String region, String account, String queue) {
    private static final int PARTS = 6;
    /** How the names of queues end whose message groups keep their order. */
    static final String ORDERED = ".fifo";

    /** Empty for an ARN of another service, and for what is none. */
    public static Optional<QueueArn> parse(String arn) {
        String[] parts = arn.split(":", PARTS);
        return parts.length == PARTS
                        && parts[0].equals("arn")
                        && parts[1].equals("aws")
                        && parts[2].equals("sqs")
                        && !parts[PARTS - 1].isEmpty()
                ? Optional.of(new QueueArn(parts[3], parts[4], parts[PARTS - 1]))
                : Optional.empty();
    }

    /** Whether its messages have groups that keep their order. */
    boolean isOrdered() {
        return queue.endsWith(ORDERED);
    }

    /** Whether it is of the platform with this identity. */
    public boolean isOf(String ownRegion, String ownAccount) {
        return region.equals(ownRegion) && account.equals(ownAccount);
    }

    @Override
    public String toString() {
        return "arn:aws:sqs:" + region + ":" + account + ":" + queue;
    }
}
