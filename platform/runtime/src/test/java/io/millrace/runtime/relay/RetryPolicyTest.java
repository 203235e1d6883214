package io.millrace.runtime.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryPolicyTest {
    private static final Instant CAME = Instant.parse("2026-11-21T12:00:00Z");
    private static final DeliveryFailure REFUSED = DeliveryFailure.refused("full");
    private static final DeliveryFailure MISSING = new DeliveryFailure("NO_RESOURCE", "gone");

    @Test
    void a_message_is_given_up_after_its_retries() {
        RetryPolicy policy = new RetryPolicy(3, 1, Duration.ofMinutes(1));
        assertThat(policy.exhausted(REFUSED, 3, CAME, CAME)).isEmpty();
        assertThat(policy.exhausted(REFUSED, 4, CAME, CAME)).contains("MaximumRetryAttempts");
        assertThat(policy.exhausted(MISSING, 1, CAME, CAME)).isEmpty();
        assertThat(policy.exhausted(MISSING, 2, CAME, CAME)).contains("MaximumRetryAttempts");
        assertThat(new RetryPolicy(0, 0, Duration.ofMinutes(1)).exhausted(REFUSED, 1, CAME, CAME))
                .contains("MaximumRetryAttempts");
    }

    @Test
    void a_message_is_given_up_when_it_is_too_old() {
        RetryPolicy policy = new RetryPolicy(185, 185, Duration.ofMinutes(1));
        assertThat(policy.exhausted(REFUSED, 1, CAME, CAME.plusSeconds(59))).isEmpty();
        assertThat(policy.exhausted(REFUSED, 1, CAME, CAME.plusSeconds(60))).contains("MaximumEventAgeInSeconds");
    }
}
