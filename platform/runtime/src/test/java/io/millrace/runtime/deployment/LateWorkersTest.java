package io.millrace.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LateWorkersTest {
    private static final List<FunctionName> MANY = IntStream.range(0, 250)
            .mapToObj(number -> new FunctionName("f" + number))
            .toList();
    private static final FunctionName LAST = MANY.get(249);

    private final LateWorkers late = new LateWorkers();

    @Test
    void every_function_has_its_turn_in_order() {
        late.add(MANY);

        List<FunctionName> first = late.next();
        assertThat(first).isEqualTo(MANY.subList(0, 100));
        assertThat(late.next()).as("not done yet").isEqualTo(first);
        late.done(first);
        late.done(late.next());
        assertThat(late.next()).isEqualTo(MANY.subList(200, 250));
        late.done(late.next());

        assertThat(late.isEmpty()).isTrue();
        assertThat(late.next()).isEmpty();
    }

    @Test
    void a_function_is_taken_once_and_has_its_turn_all_the_same() {
        late.add(MANY);

        assertThat(late.take(LAST)).isTrue();
        assertThat(late.take(LAST)).isFalse();

        late.done(MANY.subList(0, 200));
        assertThat(late.next()).contains(LAST);
    }

    @Test
    void a_function_that_had_its_turn_or_never_waited_for_one_is_not_taken() {
        late.add(MANY);
        late.done(MANY.subList(0, 100));

        assertThat(late.take(MANY.get(0))).isFalse();
        assertThat(late.take(new FunctionName("other"))).isFalse();
        assertThat(late.take(LAST)).isTrue();
    }

    @Test
    void functions_that_are_put_off_keep_no_other_waiting_and_come_again_behind_them() {
        late.add(MANY);
        List<FunctionName> refused = late.next();

        refused.forEach(late::putOff);

        assertThat(late.next()).isEqualTo(MANY.subList(100, 200));
        late.tryAgain();
        late.done(MANY.subList(100, 200));
        assertThat(late.next().subList(0, 50)).isEqualTo(MANY.subList(200, 250));
        late.done(MANY.subList(200, 250));
        assertThat(late.next()).isEqualTo(refused);
    }

    @Test
    void a_function_that_is_put_off_is_attached_when_it_is_used_and_waits_for_no_turn_until_then() {
        late.add(List.of(LAST));

        late.putOff(LAST);

        assertThat(late.isEmpty()).as("nobody to attach now").isTrue();
        assertThat(late.take(LAST)).isTrue();
        late.tryAgain();
        assertThat(late.isEmpty()).isFalse();
    }
}
