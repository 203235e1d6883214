package io.millrace.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WaitingAgesTest {
    private static final JsonNode SECOND = LongNode.valueOf(1_000);

    private final Queue<Promise<JsonNode>> asked = new ConcurrentLinkedQueue<>();

    private static List<FunctionName> functions(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> new FunctionName("f" + n))
                .toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private Future<JsonNode> later(FunctionName function) {
        Promise<JsonNode> answer = Promise.promise();
        asked.add(answer);
        return answer.future();
    }

    @Test
    void a_broker_that_does_not_answer_is_asked_a_few_only_until_it_does() throws Exception {
        WaitingAges ages = new WaitingAges(this::later);

        assertThat(await(ages.of(functions(500)))).isEmpty();
        assertThat(await(ages.of(functions(500)))).isEmpty();

        assertThat(asked).hasSize(WaitingAges.MOST_ASKED);
        List<Promise<JsonNode>> late = List.copyOf(asked);
        late.forEach(answer -> answer.complete(SECOND));
        assertThat(asked).hasSize(WaitingAges.MOST_ASKED); // The rounds that asked are over.
        ages.of(functions(500));
        assertThat(asked).hasSize(2 * WaitingAges.MOST_ASKED);
    }

    @Test
    void what_was_answered_by_then_is_known_and_the_rest_is_not() throws Exception {
        FunctionName slow = new FunctionName("f0");
        FunctionName gone = new FunctionName("f1");
        WaitingAges ages = new WaitingAges(function -> function.equals(slow)
                ? later(function)
                : function.equals(gone) ? Future.failedFuture("deleted") : Future.succeededFuture(SECOND));

        Map<FunctionName, Duration> known = await(ages.of(functions(5_000)));

        assertThat(known).hasSize(4_998).doesNotContainKeys(slow, gone).containsValue(Duration.ofSeconds(1));
    }

    @Test
    void each_answer_asks_for_the_next() throws Exception {
        WaitingAges ages = new WaitingAges(this::later);

        Future<Map<FunctionName, Duration>> all = ages.of(functions(40));
        for (Promise<JsonNode> next = asked.poll(); next != null; next = asked.poll()) {
            next.complete(SECOND);
        }

        assertThat(await(all)).hasSize(40);
    }
}
