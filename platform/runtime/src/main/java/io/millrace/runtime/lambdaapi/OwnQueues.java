package io.millrace.runtime.lambdaapi;

import java.util.List;

/** Queues that the platform and the broker keep for themselves: neither sources nor destinations. */
final class OwnQueues {
    private static final List<String> PREFIXES =
            List.of("invoke.", "call.", "expired.", "reply.", "activemq.", "$sys.");

    private OwnQueues() {}

    static boolean contain(String queue) {
        return PREFIXES.stream().anyMatch(queue::startsWith);
    }
}
