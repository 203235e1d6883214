package io.millrace.runtime.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** How old the first event is that waits in the queue of a function, as the broker tells. Thread-safe; never blocks. */
public final class WaitingAges {
    /** What an AMQP publisher gave no time has one of 1970. */
    private static final Duration NONSENSE = Duration.ofDays(3_650);
    /** Without an answer at one time, also of earlier scrapes: a busy broker is not given more to do by being asked. */
    static final int MOST_ASKED = 16;

    private static final long PATIENCE_MILLIS = 1_000;

    private final Function<FunctionName, Future<JsonNode>> question;
    private final Semaphore free = new Semaphore(MOST_ASKED);

    public WaitingAges(BrokerManagement management) {
        this(function -> management.attribute("queue." + Topology.invokeAddress(function), "firstMessageAge"));
    }

    /** @param question answered or failed after some time, whatever happens */
    WaitingAges(Function<FunctionName, Future<JsonNode>> question) {
        this.question = question;
    }

    /**
     * One question for each, as many as the broker answers within a second.
     *
     * @return never fails; zero where nothing waits, or only for its time; without those of which the broker does not tell
     */
    public Future<Map<FunctionName, Duration>> of(Collection<FunctionName> functions) {
        Round round = new Round(functions);
        List<Future<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < Math.min(MOST_ASKED, functions.size()); lane++) {
            lanes.add(round.lane());
        }
        return Future.join(lanes)
                .timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .transform(ended -> Future.succeededFuture(round.end()));
    }

    /** The questions of one scrape. */
    private final class Round {
        private final Queue<FunctionName> left;
        private final Map<FunctionName, Duration> ages = new ConcurrentHashMap<>();

        Round(Collection<FunctionName> functions) {
            this.left = new ConcurrentLinkedQueue<>(functions);
        }

        /** Asks one after the other. */
        Future<Void> lane() {
            Promise<Void> ended = Promise.promise();
            askOn(ended);
            return ended.future();
        }

        // A loop, as answers may be there at once: of many, calls of each other would go too deep.
        private void askOn(Promise<Void> ended) {
            while (free.tryAcquire()) {
                FunctionName function = left.poll();
                if (function == null) {
                    free.release();
                    break;
                }
                Future<JsonNode> asked = question.apply(function)
                        .onComplete(answer -> free.release())
                        .onSuccess(age -> put(function, age)); // Else its queue may just have been deleted.
                if (!asked.isComplete()) {
                    asked.onComplete(answer -> askOn(ended));
                    return;
                }
            }
            ended.complete();
        }

        private void put(FunctionName function, JsonNode answer) {
            Duration age = Duration.ofMillis(Math.max(0, answer.asLong(0)));
            if (age.compareTo(NONSENSE) < 0) {
                ages.put(function, age);
            }
        }

        /** What is known by now; nothing more is asked. */
        Map<FunctionName, Duration> end() {
            left.clear();
            return Map.copyOf(ages);
        }
    }
}
