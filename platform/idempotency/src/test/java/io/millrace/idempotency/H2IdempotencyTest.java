package io.millrace.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2IdempotencyTest extends IdempotencyContract {
    private static final JdbcDataSource DATABASE = new JdbcDataSource();

    static {
        DATABASE.setURL("jdbc:h2:mem:keys;DB_CLOSE_DELAY=-1");
    }

    @TempDir
    Path directory;

    @Override
    DataSource database() {
        return DATABASE;
    }

    @Override
    boolean hasClock() {
        return false;
    }

    private static ClaimRequest request(String key) {
        return new ClaimRequest(Digest.ofKey("f", key), Optional.empty(), Duration.ofHours(1));
    }

    @Test
    void a_file_keeps_what_was_completed_and_frees_what_a_dead_process_had_claimed() {
        Path file = directory.resolve("keys");
        try (IdempotencyStore before = IdempotencyStore.inFile(file, clock)) {
            Claim.Won won = (Claim.Won) before.claim(request("completed"));
            before.end(Ending.completed(
                    won, new StoredResult("r".getBytes(StandardCharsets.UTF_8), ""), Duration.ofHours(1)));
            before.claim(request("running"));
        }
        try (IdempotencyStore after = IdempotencyStore.inFile(file, clock)) {
            assertThat(after.claim(request("completed"))).isInstanceOf(Claim.Completed.class);
            assertThat(after.claim(request("running"))).isInstanceOf(Claim.Won.class);
        }
    }

    @Test
    void what_cannot_be_used_is_named() throws Exception {
        Files.writeString(directory.resolve("keys.mv.db"), "no database".repeat(2_000));

        assertThatThrownBy(() -> IdempotencyStore.inFile(directory.resolve("keys"), clock))
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageContaining("keys.mv.db");
    }

    @Test
    void the_cache_knows_the_last_completed_keys_until_their_time_is_over() {
        CompletedKeys cache = new CompletedKeys(2, clock);
        for (String key : new String[] {"a", "b", "c"}) {
            cache.put(
                    Digest.ofKey("f", key),
                    new Claim.Completed(
                            new StoredResult(new byte[0], ""),
                            Optional.of(Digest.ofPayload(new byte[] {1})),
                            clock.instant().plusSeconds(60)));
        }
        assertThat(cache.find(request("a"))).isEmpty();
        assertThat(cache.find(request("b"))).containsInstanceOf(Claim.Completed.class);
        assertThat(cache.find(new ClaimRequest(
                        Digest.ofKey("f", "c"), Optional.of(Digest.ofPayload(new byte[] {2})), Duration.ZERO)))
                .contains(new Claim.OtherPayload());

        clock.pass(Duration.ofMinutes(1));

        assertThat(cache.find(request("b"))).isEmpty();
        assertThat(cache.size()).isEqualTo(1);
    }
}
