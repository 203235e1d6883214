package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.GroupBy;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.Selection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * Main class of the tool's process: {@code GroupsMain BROKER QUEUE}. To each line on standard input it groups the queue
 * and answers with the milliseconds until the first rows were there, the seconds until all were grouped, the megabytes
 * of heap at most in use, and how many were grouped.
 */
final class GroupsMain {
    private static final int ROWS = 20;

    private GroupsMain() {}

    public static void main(String[] arguments) throws IOException {
        try (DeadLetters letters = DeadLetters.connect(BrokerAddress.parse(arguments[0]), Duration.ofSeconds(30));
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (questions.readLine() != null) {
                System.out.println(group(letters, arguments[1]));
            }
        }
    }

    private static String group(DeadLetters letters, String name) {
        DeadLetterQueue queue = letters.queue(name);
        heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
        long startedAt = System.nanoTime();
        letters.scan(queue, Selection.ALL, Look.HEADS.atMost(ROWS), letter -> {});
        double firstMillis = (System.nanoTime() - startedAt) / 1e6;
        startedAt = System.nanoTime();
        DeadLetterGroups groups = letters.groups(queue, Selection.ALL, GroupBy.CAUSE, progress -> {});
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        long counted =
                groups.groups().stream().mapToLong(DeadLetterGroup::count).sum();
        long peak = heapPools().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20;
        return firstMillis + " " + seconds + " " + peak + " " + counted;
    }

    private static Stream<MemoryPoolMXBean> heapPools() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP);
    }
}
