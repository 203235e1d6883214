package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceDescription;
import java.util.Optional;

/**
 * {@code arn:aws:mq:<region>:<account>:broker:<name>:<id>}: a broker, spelt as clients of Lambda know brokers. A platform
 * has one, so that any name and id of its own region and account mean that.
 */
public record BrokerArn(String region, String account, String broker) {
    private static final int PARTS = 8;

    /** Empty for an ARN of another service, and for what is none. */
    public static Optional<BrokerArn> parse(String arn) {
        String[] parts = arn.split(":", -1);
        return parts.length == PARTS
                        && parts[0].equals("arn")
                        && parts[1].equals("aws")
                        && parts[2].equals("mq")
                        && parts[5].equals("broker")
                        && !parts[6].isEmpty()
                        && !parts[7].isEmpty()
                ? Optional.of(new BrokerArn(parts[3], parts[4], parts[6] + ":" + parts[7]))
                : Optional.empty();
    }

    static Optional<BrokerArn> of(SourceDescription source) {
        return source.arn().flatMap(BrokerArn::parse);
    }

    /** Whether it is of the platform with this identity. */
    public boolean isOf(String ownRegion, String ownAccount) {
        return region.equals(ownRegion) && account.equals(ownAccount);
    }

    @Override
    public String toString() {
        return "arn:aws:mq:" + region + ":" + account + ":broker:" + broker;
    }
}
