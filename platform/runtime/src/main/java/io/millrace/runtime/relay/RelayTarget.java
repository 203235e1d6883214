package io.millrace.runtime.relay;

import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;

/**
 * Where a relay sends to: a function, a queue or a topic of this server's account and region.
 *
 * @param address of the broker
 * @param function present if it is one
 */
public record RelayTarget(String arn, Kind kind, String address, Optional<FunctionArn> function) {
    // arn, aws, service, region, account, and what it is
    private static final int PARTS = 6;
    /** What it is. */
    public enum Kind {
        FUNCTION,
        QUEUE,
        TOPIC,
        ARCHIVE
    }

    /** Empty for what is no such target, for another account or region, and for the platform's own queues. */
    public static Optional<RelayTarget> parse(String arn, IdentitySettings identity) {
        return read(arn, identity)
                .filter(target -> target.kind() != Kind.QUEUE || !Topology.isOfDeadLetters(target.address()));
    }

    private static Optional<RelayTarget> read(String arn, IdentitySettings identity) {
        String[] parts = arn.split(":", PARTS);
        boolean isOurs = parts.length == PARTS
                && parts[0].equals("arn")
                && parts[1].equals("aws")
                && parts[3].equals(identity.region())
                && parts[4].equals(identity.account())
                && !parts[PARTS - 1].isEmpty();
        if (!isOurs) {
            return Optional.empty();
        }
        String name = parts[PARTS - 1];
        return switch (parts[2]) {
            case "lambda" ->
                FunctionArn.parse(arn, identity.region(), identity.account())
                        .map(function -> new RelayTarget(
                                arn,
                                Kind.FUNCTION,
                                Topology.invokeAddress(function.function()),
                                Optional.of(function)));
            case "sqs" ->
                Topology.isOwn(name) || name.contains(":")
                        ? Optional.empty()
                        : Optional.of(new RelayTarget(arn, Kind.QUEUE, name, Optional.empty()));
            case "sns" ->
                name.contains(":")
                        ? Optional.empty()
                        : Optional.of(new RelayTarget(arn, Kind.TOPIC, Topology.topicAddress(name), Optional.empty()));
            default -> Optional.empty();
        };
    }

    /** As {@link #parse}, of a queue only, for dead letters: that of a function may be shared. */
    public static Optional<RelayTarget> queue(String arn, IdentitySettings identity) {
        return read(arn, identity).filter(target -> target.kind() == Kind.QUEUE);
    }

    /** The store of an archive. */
    public static RelayTarget archive(String arn, String archive) {
        return new RelayTarget(arn, Kind.ARCHIVE, Topology.archiveAddress(archive), Optional.empty());
    }
}
