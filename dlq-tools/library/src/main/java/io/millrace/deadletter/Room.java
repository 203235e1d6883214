package io.millrace.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * How many messages a queue takes before its address is full. The broker's move minds no limit where the policy is
 * BLOCK, and hides messages until its next start where it is FAIL, so what is beyond it must not be moved.
 */
final class Room {
    // What the broker adds to each message's own size, generously.
    private static final long OVERHEAD = 1_024;

    private final BrokerManagement management;

    Room(BrokerManagement management) {
        this.management = management;
    }

    /**
     * @param free how many more; Long.MAX_VALUE for any number
     * @param policy what the broker does beyond that
     */
    record Free(long free, String policy) {
        static final Free ENDLESS = new Free(Long.MAX_VALUE, "PAGE");

        boolean drops() {
            return policy.equals("DROP");
        }

        boolean fails() {
            return policy.equals("FAIL");
        }
    }

    /** @param from the queue whose messages tell how large one is */
    Future<Free> in(QueueState target, String from) {
        return management.policy(target.address()).compose(settings -> free(target, from, settings));
    }

    private Future<Free> free(QueueState target, String from, JsonNode settings) {
        String policy = settings.path("addressFullMessagePolicy").asText("PAGE");
        long bytes = settings.path("maxSizeBytes").asLong(-1);
        long messages = settings.path("maxSizeMessages").asLong(-1);
        if (policy.equals("PAGE") || (bytes <= 0 && messages <= 0)) {
            return Future.succeededFuture(new Free(Long.MAX_VALUE, policy));
        }
        String address = "address." + target.address();
        return management
                .attribute(address, "addressSize")
                .compose(used -> averageSize(from)
                        .map(size -> bytes <= 0 ? Long.MAX_VALUE : Math.max(0, bytes - used.asLong()) / size))
                .compose(byBytes -> management
                        .attribute(address, "messageCount")
                        .map(count -> messages <= 0 ? Long.MAX_VALUE : Math.max(0, messages - count.asLong()))
                        .map(byCount -> new Free(Math.min(byBytes, byCount), policy)));
    }

    /** Bytes that a message of {@code queue} takes, with what the broker adds. */
    Future<Long> averageSize(String queue) {
        return management.attribute("queue." + queue, "persistentSize").compose(size -> management
                .attribute("queue." + queue, "messageCount")
                .map(count -> OVERHEAD + size.asLong() / Math.max(1, count.asLong())));
    }

    Future<Optional<QueueState>> find(String queue) {
        return management.findQueue(queue);
    }
}
