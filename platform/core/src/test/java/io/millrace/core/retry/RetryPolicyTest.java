package io.millrace.core.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.retry.RetryDecision.GiveUp;
import io.millrace.core.retry.RetryDecision.RetryLater;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryPolicyTest {
    private static final Instant PUBLISHED = Instant.parse("2026-11-20T00:00:00Z");
    private static final RetryDecision LATER = new RetryLater();
    private static final RetryDecision EXHAUSTED = new GiveUp(GiveUpCondition.RETRIES_EXHAUSTED);
    private static final RetryDecision TOO_OLD = new GiveUp(GiveUpCondition.EVENT_AGE_EXCEEDED);

    private final RetryPolicy lambda = new RetryPolicy(AsyncInvokeConfig.LAMBDA_DEFAULT);

    private static RetryDecision decide(RetryPolicy policy, int attempt, Duration sincePublished) {
        return policy.decide(
                attempt, PUBLISHED.plus(policy.config().maximumEventAge()), PUBLISHED.plus(sincePublished));
    }

    private static RetryPolicy aged(int seconds) {
        return new RetryPolicy(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumEventAge(Duration.ofSeconds(seconds)));
    }

    @Test
    void lambda_waits_one_minute_and_then_two_and_gives_up_after_the_third_attempt() {
        assertThat(lambda.delayAfter(1)).isEqualTo(Duration.ofMinutes(1));
        assertThat(lambda.delayAfter(2)).isEqualTo(Duration.ofMinutes(2));
        assertThat(decide(lambda, 1, Duration.ofSeconds(1))).isEqualTo(LATER);
        assertThat(decide(lambda, 2, Duration.ofSeconds(62))).isEqualTo(LATER);
        assertThat(decide(lambda, 3, Duration.ofSeconds(183))).isEqualTo(EXHAUSTED);
    }

    @Test
    void an_age_of_60_seconds_leaves_no_time_for_a_retry_after_a_minute() {
        assertThat(decide(aged(60), 1, Duration.ofSeconds(1))).isEqualTo(TOO_OLD);
    }

    @Test
    void an_age_of_90_seconds_leaves_time_for_one_retry_and_not_for_the_second() {
        assertThat(decide(aged(90), 1, Duration.ofSeconds(1))).isEqualTo(LATER);
        assertThat(decide(aged(90), 2, Duration.ofSeconds(62))).isEqualTo(TOO_OLD);
    }

    @Test
    void a_retry_due_at_the_very_instant_still_comes_in_time() {
        assertThat(decide(aged(90), 1, Duration.ofSeconds(30))).isEqualTo(LATER);
        assertThat(decide(aged(90), 1, Duration.ofMillis(30_001))).isEqualTo(TOO_OLD);
    }

    @Test
    void the_last_attempt_is_exhausted_even_when_the_event_is_too_old_as_well() {
        assertThat(decide(aged(60), 3, Duration.ofHours(1))).isEqualTo(EXHAUSTED);
    }

    @Test
    void without_retries_the_first_failure_is_the_last() {
        RetryPolicy once = new RetryPolicy(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumRetryAttempts(0));

        assertThat(decide(once, 1, Duration.ofSeconds(1))).isEqualTo(EXHAUSTED);
    }

    @Test
    void an_event_without_an_age_is_retried_however_late_it_is() {
        assertThat(lambda.decide(2, Instant.MAX, PUBLISHED.plus(Duration.ofDays(400))))
                .isEqualTo(LATER);
    }

    @Test
    void no_wait_is_longer_than_the_longest_after_however_many_attempts() {
        RetryPolicy patient = new RetryPolicy(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumRetryAttempts(10_000));

        assertThat(patient.delayAfter(6)).isEqualTo(Duration.ofMinutes(32));
        assertThat(patient.delayAfter(7)).isEqualTo(Duration.ofHours(1));
        assertThat(patient.delayAfter(10_000)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void no_delay_stays_none() {
        RetryPolicy eager = new RetryPolicy(AsyncInvokeConfig.LAMBDA_DEFAULT.withRetryDelay(Duration.ZERO));

        assertThat(eager.delayAfter(1)).isZero();
        assertThat(eager.delayAfter(2)).isZero();
    }
}
