package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import java.time.Duration;

/** How long it takes to group a queue: {@code GroupsMeasured <broker's url> <queue>}, run with the heap to be kept to. */
final class GroupsMeasured {
    private GroupsMeasured() {}

    public static void main(String[] arguments) {
        BrokerAddress broker = BrokerAddress.parse(arguments[0]);
        try (DeadLetters deadLetters = DeadLetters.connect(broker, Duration.ofSeconds(30))) {
            DeadLetterQueue queue = deadLetters.queue(arguments[1]);
            for (int run = 0; run < 3; run++) {
                long began = System.nanoTime();
                long[] first = {0};
                deadLetters.scan(queue, Selection.ALL, Look.HEADS.atMost(20), letter -> {});
                first[0] = System.nanoTime() - began;
                began = System.nanoTime();
                DeadLetterGroups groups = deadLetters.groups(queue, Selection.ALL, GroupBy.CAUSE, progress -> {});
                long took = System.nanoTime() - began;
                System.out.printf(
                        "first rows after %d ms; %d groups of %s in %.1f s, %.0f per second, heap %d MB%n",
                        first[0] / 1_000_000,
                        groups.groups().size(),
                        groups.scan(),
                        took / 1e9,
                        groups.scan().seen() / (took / 1e9),
                        (Runtime.getRuntime().totalMemory()
                                        - Runtime.getRuntime().freeMemory())
                                >> 20);
            }
        }
    }
}
