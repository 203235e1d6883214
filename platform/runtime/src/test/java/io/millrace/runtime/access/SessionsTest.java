package io.millrace.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.FunctionRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SessionsTest {
    private static final String HERE = "192.0.2.1";

    private final FunctionRegistry registry;
    private final AccessKeys keys;
    private final AccessKey key;
    private final Sessions sessions;
    private final SignIn signIn;
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");

    SessionsTest(@TempDir Path data) {
        this.registry = FunctionRegistry.open(data);
        this.keys = new AccessKeys(registry.documents(), () -> now);
        this.key = keys.create("ada", Role.named("admin"));
        this.sessions = new Sessions(keys, () -> now);
        this.signIn = new SignIn(keys, () -> now);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private void pass(Duration span) {
        now = now.plus(span);
    }

    @Test
    void a_session_lives_while_it_is_used_but_not_for_ever() {
        // Given
        String token = sessions.begin(key);
        // When it is used each hour
        for (int hour = 0; hour < Sessions.LONGEST.toHours(); hour++) {
            pass(Sessions.IDLE);
            assertThat(sessions.find(token)).contains(key);
        }
        // Then
        pass(Duration.ofSeconds(1));
        assertThat(sessions.find(token)).isEmpty();
    }

    @Test
    void a_session_that_nobody_uses_ends() {
        // Given
        String token = sessions.begin(key);
        // When
        pass(Sessions.IDLE.plusSeconds(1));
        // Then
        assertThat(sessions.find(token)).isEmpty();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void a_session_ends_when_told_and_with_its_key() {
        // Given
        String ended = sessions.begin(key);
        String other = sessions.begin(key);
        // When
        sessions.end(ended);
        // Then
        assertThat(sessions.find(ended)).isEmpty();
        assertThat(sessions.find(other)).contains(key);
        // When
        keys.delete(key.id(), true);
        // Then
        assertThat(sessions.find(other)).isEmpty();
    }

    @Test
    void tokens_are_long_and_never_the_same() {
        assertThat(sessions.begin(key)).hasSize(43).isNotEqualTo(sessions.begin(key));
        assertThat(sessions.find("")).isEmpty();
    }

    @Test
    void of_too_many_sessions_the_one_that_was_not_used_for_longest_goes() {
        // Given
        String first = sessions.begin(key);
        String second = sessions.begin(key);
        for (int more = 2; more < Sessions.MOST; more++) {
            sessions.begin(key);
        }
        pass(Duration.ofSeconds(1));
        sessions.find(first);
        pass(Duration.ofSeconds(1));
        // When
        for (int more = 0; more < Sessions.MOST - 1; more++) {
            sessions.begin(key);
        }
        // Then
        assertThat(sessions.size()).isEqualTo(Sessions.MOST);
        assertThat(sessions.find(second)).isEmpty();
        assertThat(sessions.find(first)).contains(key);
    }

    @Test
    void after_ten_wrong_secrets_nobody_signs_in_from_there_for_a_minute() {
        // Given
        for (int times = 0; times < SignIn.MOST_WRONG; times++) {
            assertThat(signIn.check(key.id(), "wrong", HERE)).isEmpty();
        }
        // Then
        assertThatThrownBy(() -> signIn.check(key.id(), key.secret(), HERE))
                .isInstanceOf(SignIn.PausedException.class)
                .hasMessage("Too many wrong keys from this address; wait 60 s and try again.");
        assertThat(signIn.check(key.id(), key.secret(), "192.0.2.2")).contains(key);
        // When
        pass(SignIn.PAUSE.plusSeconds(1));
        // Then
        assertThat(signIn.check(key.id(), key.secret(), HERE)).contains(key);
    }

    @Test
    void a_right_secret_forgets_the_wrong_ones_before() {
        for (int round = 0; round < 3; round++) {
            for (int times = 0; times < SignIn.MOST_WRONG - 1; times++) {
                signIn.check(key.id(), "wrong", HERE);
            }
            assertThat(signIn.check(key.id(), key.secret(), HERE)).contains(key);
        }
    }

    @Test
    void there_is_no_key_without_a_secret() {
        assertThat(signIn.check("AKIAAAAAAAAAAAAAAAAA", "0".repeat(40), HERE)).isEqualTo(Optional.empty());
        assertThat(signIn.check(key.id(), "", HERE)).isEmpty();
    }
}
