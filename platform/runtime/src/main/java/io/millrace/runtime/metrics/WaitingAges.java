package io.millrace.runtime.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How old the first event is that waits in the queue of a function, as the broker tells. Thread-safe; never blocks. */
public final class WaitingAges {
    /** What an AMQP publisher gave no time has one of 1970. */
    private static final Duration NONSENSE = Duration.ofDays(3_650);

    private final BrokerManagement management;

    public WaitingAges(BrokerManagement management) {
        this.management = management;
    }

    /**
     * One question for each.
     *
     * @return zero where nothing waits, or only for its time; without those of which the broker does not tell
     */
    public Future<Map<FunctionName, Duration>> of(Collection<FunctionName> functions) {
        Map<FunctionName, Duration> ages = new ConcurrentHashMap<>();
        List<Future<Void>> asked = new ArrayList<>();
        for (FunctionName function : functions) {
            asked.add(management
                    .attribute("queue." + Topology.invokeAddress(function), "firstMessageAge")
                    .onSuccess(age -> put(ages, function, age))
                    .<Void>mapEmpty()
                    .otherwiseEmpty()); // Its queue may just have been deleted.
        }
        return Future.join(asked).map(all -> ages);
    }

    private static void put(Map<FunctionName, Duration> ages, FunctionName function, JsonNode answer) {
        Duration age = Duration.ofMillis(Math.max(0, answer.asLong(0)));
        if (age.compareTo(NONSENSE) < 0) {
            ages.put(function, age);
        }
    }
}
