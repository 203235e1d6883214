package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Counts what a selector lets through, exactly: by the broker where it can, else by looking at each. Scheduled messages
 * and those a consumer has are not counted.
 */
final class Counting {
    // Before this the broker's count looked at the first 200 messages only (ARTEMIS-5815).
    private static final int[] EXACT_SINCE = {2, 50};
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NONE = "";

    private final BrokerManagement management;
    private final AsyncDeadLetters letters;

    Counting(BrokerManagement management, AsyncDeadLetters letters) {
        this.management = management;
        this.letters = letters;
    }

    MatchCounts of(String queue, Selection selection) {
        return new MatchCounts() {
            @Override
            public Future<Long> all() {
                return count(queue, selection);
            }

            @Override
            public Future<Map<String, Long>> byOrigin() {
                return countByOrigin(queue, selection);
            }
        };
    }

    Future<Long> count(String queue, Selection selection) {
        return brokerCounts(selection)
                .compose(exact -> exact
                        ? answered(management.operation("queue." + queue, "countMessages", selection.selector()))
                                .compose(count -> atMostAll(queue, count.asLong()))
                        : countByLooking(queue, selection));
    }

    // On a queue that is paging just then, the broker counts what it reads back twice.
    private Future<Long> atMostAll(String queue, long count) {
        return answered(management.attribute("queue." + queue, "messageCount"))
                .map(all -> Math.min(count, all.asLong()));
    }

    private Future<Long> countByLooking(String queue, Selection selection) {
        AtomicLong seen = new AtomicLong();
        return look(queue, selection, letter -> seen.incrementAndGet()).map(end -> seen.get());
    }

    private Future<Void> look(String queue, Selection selection, Consumer<DeadLetter> visitor) {
        return letters.queueNamed(queue).compose(found -> letters.lookAtCauses(found, selection, visitor));
    }

    /** How many died in each queue, as the broker's selectors see it; under the empty name where nobody noted it. */
    private Future<Map<String, Long>> countByOrigin(String queue, Selection selection) {
        return brokerCounts(selection)
                .compose(exact -> exact
                        ? answered(management.operation(
                                        "queue." + queue, "countMessages", selection.selector(), CutOff.ORIGIN))
                                .map(answer -> byName(answer.asText()))
                        : countByOriginByLooking(queue, selection));
    }

    private Future<Map<String, Long>> countByOriginByLooking(String queue, Selection selection) {
        Map<String, Long> counts = new LinkedHashMap<>();
        return look(queue, selection, letter -> counts.merge(letter.origin().orElse(NONE), 1L, Long::sum))
                .map(end -> counts);
    }

    private static Map<String, Long> byName(String json) {
        try {
            Map<String, Long> counts = new LinkedHashMap<>();
            JSON.readTree(json)
                    .properties()
                    .forEach(entry -> counts.put(
                            entry.getKey().equals("null") ? NONE : entry.getKey(),
                            entry.getValue().asLong()));
            return counts;
        } catch (JsonProcessingException notJson) {
            throw new BrokerRefusedException("broker answered '" + json + "', expected counts in JSON");
        }
    }

    private Future<Boolean> brokerCounts(Selection selection) {
        return selection.rest().isPresent()
                ? Future.succeededFuture(false)
                : answered(management.attribute("broker", "version")).map(version -> isExact(version.asText()));
    }

    // Looking takes as long as it takes: it goes on while the broker sends.
    private <T> Future<T> answered(Future<T> asked) {
        return Answers.inTime(asked, letters.broker());
    }

    static boolean isExact(String version) {
        String[] parts = version.split("[^0-9]+");
        int major = number(parts, 0);
        return major > EXACT_SINCE[0] || (major == EXACT_SINCE[0] && number(parts, 1) >= EXACT_SINCE[1]);
    }

    private static int number(String[] parts, int index) {
        return index < parts.length && parts[index].matches("\\d{1,6}") ? Integer.parseInt(parts[index]) : 0;
    }
}
