package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.concurrency.ShareRequest.Need;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeasedShareTest {
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10), Duration.ofMillis(1_500), 0.01);
    private static final Pool POOL = new Pool.Unreserved();

    private final LeasedShare share = new LeasedShare(TERMS, "a", "g");

    private static long at(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private ShareRequest ask(long millis, int running) {
        return share.request(at(millis), Map.of(POOL, running), Map.of(POOL, 9));
    }

    private boolean answer(long millis, ShareRequest request, int permits) {
        return share.accept(
                at(millis), new ShareGrant("g", request.sequence(), Map.of(POOL, permits), Optional.empty()));
    }

    @Test
    void a_lease_counts_from_when_it_was_asked_for() {
        ShareRequest request = ask(0, 0);
        assertThat(share.isUsable(0)).isFalse();

        assertThat(answer(3_000, request, 4)).isTrue();

        assertThat(share.share(POOL)).isEqualTo(4);
        assertThat(share.isUsable(at(8_499))).isTrue();
        assertThat(share.isUsable(at(8_500))).isFalse();
    }

    @Test
    void at_its_end_everything_is_dropped_once() {
        answer(0, ask(0, 0), 4);
        ShareRequest late = ask(8_000, 4);

        assertThat(share.onTick(at(8_499))).isFalse();
        assertThat(share.onTick(at(8_500))).isTrue();

        assertThat(share.total()).isZero();
        assertThat(share.onTick(at(8_501))).isFalse();
        assertThat(answer(8_502, late, 4)).isFalse();
        assertThat(answer(8_504, ask(8_503, 0), 2)).isTrue();
        assertThat(share.isUsable(at(17_000))).isTrue();
    }

    @Test
    void an_answer_does_not_revive_a_lease_that_is_over_before_what_ran_has_ended() {
        answer(0, ask(0, 0), 4);
        ShareRequest inTime = ask(8_000, 4);

        assertThat(answer(9_000, inTime, 4)).isFalse();
        assertThat(share.onTick(at(9_000))).isTrue();
    }

    @Test
    void an_answer_that_comes_after_its_own_lease_is_ignored() {
        assertThat(answer(8_500, ask(0, 0), 4)).isFalse();
    }

    @Test
    void answers_that_were_overtaken_or_are_for_another_start_are_ignored() {
        ShareRequest first = ask(0, 0);
        ShareRequest second = ask(1, 0);

        assertThat(answer(2, second, 3)).isTrue();
        assertThat(answer(3, first, 9)).isFalse();
        assertThat(share.accept(at(4), new ShareGrant("f", ask(4, 0).sequence(), Map.of(POOL, 9), Optional.empty())))
                .isFalse();
        assertThat(share.share(POOL)).isEqualTo(3);
    }

    @Test
    void an_answer_to_what_was_asked_before_a_shrink_is_ignored() {
        answer(0, ask(0, 0), 8);
        ShareRequest first = ask(1, 8);
        ShareRequest second = ask(2, 8);

        assertThat(answer(3, first, 5)).isTrue();
        assertThat(answer(4, second, 8)).isFalse();
        assertThat(share.share(POOL)).isEqualTo(5);
        assertThat(ask(5, 7)).isEqualTo(new ShareRequest("a", "g", 4, 3, Map.of(POOL, new Need(5, 7, 9))));
    }
}
