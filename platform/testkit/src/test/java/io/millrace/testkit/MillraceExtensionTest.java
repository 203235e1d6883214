package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MillraceExtensionTest {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .function("echo", (event, context) -> event)
            .function("shout", new Shout())
            .function("double", (Function<Integer, Integer>) number -> number * 2)
            .function("failing", (event, context) -> {
                throw new IllegalStateException("no");
            })
            .function(
                    "once",
                    (event, context) -> {
                        throw new IllegalStateException("once");
                    },
                    definition -> definition.withAsync(definition.async().withMaximumRetryAttempts(0)))
            .function(
                    "stuck",
                    (event, context) -> {
                        NEVER.await();
                        return event;
                    },
                    definition -> definition.withTimeout(Duration.ofMillis(700)))
            .within(Duration.ofSeconds(60))
            .build();

    record Word(String text) {}

    static final class Shout implements RequestHandler<Word, Word> {
        @Override
        public Word handleRequest(Word word, Context context) {
            return new Word(word.text().toUpperCase(Locale.ROOT));
        }
    }

    @Test
    void a_success_tells_the_answer_of_that_very_event() {
        PublishedEvent one = millrace.publish("shout", "{\"text\":\"one\"}");
        PublishedEvent two = millrace.publish("shout", "{\"text\":\"two\"}");

        assertThat(two.awaitSuccess().text()).isEqualTo("{\"text\":\"TWO\"}");
        assertThat(one.awaitSuccess().text()).isEqualTo("{\"text\":\"ONE\"}");
        assertThat(one.awaitSuccess().attempts()).isEqualTo(1);
    }

    @Test
    void handlers_of_bytes_and_functions_run_as_they_are() {
        assertThat(millrace.publish("echo", "\"x\"").awaitSuccess().text()).isEqualTo("\"x\"");
        assertThat(millrace.publish("double", "21").awaitSuccess().text()).isEqualTo("42");
        assertThat(millrace.invoke("double", "4").text()).isEqualTo("8");
    }

    @Test
    void a_dead_letter_tells_the_cause_of_that_very_event() {
        PublishedEvent event = millrace.publish("failing", "{\"n\":1}");
        millrace.publish("failing", "{\"n\":2}");

        Failure failure = event.awaitDeadLetter();

        assertThat(failure.requestId()).isEqualTo(event.requestId());
        assertThat(failure.condition()).isEqualTo("RetriesExhausted");
        assertThat(failure.errorType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(failure.errorMessage()).isEqualTo("no");
        assertThat(failure.attempts()).isEqualTo(3);
        assertThat(failure.text()).isEqualTo("{\"n\":1}");
    }

    @Test
    void options_of_a_function_hold() {
        assertThat(millrace.publish("once", "{}").awaitDeadLetter().attempts()).isEqualTo(1);
    }

    @Test
    void awaiting_the_success_of_a_dead_letter_fails_at_once_with_its_cause() {
        PublishedEvent event = millrace.publish("once", "{}");

        assertThatThrownBy(event::awaitSuccess)
                .isInstanceOf(AssertionError.class)
                .hasMessage("event " + event.requestId() + " of function 'once' became a dead letter, expected success:"
                        + " RetriesExhausted after 1 attempts, java.lang.IllegalStateException: once");
    }

    @Test
    void awaiting_the_dead_letter_of_a_success_fails_at_once_with_its_answer() {
        PublishedEvent event = millrace.publish("echo", "{\"n\":1}");

        assertThatThrownBy(event::awaitDeadLetter)
                .isInstanceOf(AssertionError.class)
                .hasMessage("event " + event.requestId() + " of function 'echo' succeeded at attempt 1,"
                        + " expected a dead letter; it answered {\"n\":1}");
    }

    @Test
    void a_retry_that_succeeds_is_a_success_at_its_attempt() {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy("second-time", (event, context) -> {
            if (runs.incrementAndGet() < 2) {
                throw new IllegalStateException("first");
            }
            return event;
        });

        assertThat(millrace.publish("second-time", "{}").awaitSuccess().attempts())
                .isEqualTo(2);
    }

    @Test
    void a_redriven_event_succeeds_under_its_id() {
        FunctionHandler broken = (event, context) -> {
            throw new IllegalStateException("broken");
        };
        millrace.deploy("mended", broken);
        PublishedEvent event = millrace.publish("mended", "{}");
        event.awaitDeadLetter();

        millrace.deploy("mended", (same, context) -> same);

        assertThat(millrace.redrive("mended")).isEqualTo(1);
        assertThat(event.awaitSuccess().attempts()).isEqualTo(4);
        assertThat(millrace.awaitQuiet()).containsEntry("mended", new FunctionAccount(1, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void tests_may_take_the_extension_and_the_platform(MillraceExtension extension, Millrace platform) {
        assertThat(extension).isSameAs(millrace);
        assertThat(platform).isSameAs(millrace.millrace());
    }

    @Test
    void an_event_that_ends_neither_way_is_told_with_its_attempts_and_the_stats() {
        MillraceExtension impatient = MillraceExtension.builder()
                .function("failing", (event, context) -> {
                    throw new IllegalStateException("not yet");
                })
                .scale(1)
                .within(Duration.ofMillis(700))
                .build();
        impatient.start();
        try {
            PublishedEvent event = impatient.publish("failing", "{}");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Objects.requireNonNull(impatient.stats().get("failing"))
                                    .delayed()
                            == 1);
            assertThatThrownBy(event::awaitDeadLetter)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("event " + event.requestId()
                            + " of function 'failing' did not become a dead letter within 0.7 s; attempts: 1, the last"
                            + " failed with java.lang.IllegalStateException: not yet; stats: {failing=FunctionAccount[")
                    .hasMessageContaining("delayed=1");
            assertThatThrownBy(impatient::awaitQuiet)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("events still wait or run within 0.7 s; stats: {failing=");
        } finally {
            impatient.stop();
        }
    }

    @Test
    void outside_of_a_test_there_is_no_platform() {
        assertThatThrownBy(() -> MillraceExtension.builder().build().publish("echo", "{}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the platform does not run");
    }

    @Test
    void a_bad_setting_is_told_where_it_is_written() {
        assertThatThrownBy(() -> MillraceExtension.builder()
                        .set("async.retryDelai", "PT1S")
                        .build())
                .hasMessageContaining("did you mean async.retryDelay?");
    }

    @Nested
    class In_a_nested_class {
        @Test
        void the_platform_of_the_outer_class_goes_on() {
            assertThat(millrace.publish("echo", "1").awaitSuccess().text()).isEqualTo("1");
        }
    }

    @Nested
    class With_an_instance_field {
        @RegisterExtension
        final MillraceExtension own = MillraceExtension.builder()
                .function("own", (event, context) -> event)
                .build();

        @Test
        void each_test_has_its_own_platform() {
            assertThat(own.publish("own", "1").awaitSuccess().response())
                    .isEqualTo("1".getBytes(StandardCharsets.UTF_8));
            assertThat(own.awaitQuiet()).isEqualTo(Map.of("own", new FunctionAccount(1, 0, 0, 0, 1, 0, 0)));
        }

        @Test
        void and_another_one_starts_from_nothing() {
            assertThat(own.stats()).isEqualTo(Map.of("own", new FunctionAccount(0, 0, 0, 0, 0, 0, 0)));
            assertThat(own.deadLetters("own")).isEqualTo(List.of());
        }
    }
}
