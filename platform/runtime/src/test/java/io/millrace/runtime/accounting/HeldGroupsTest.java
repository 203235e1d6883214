package io.millrace.runtime.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.accounting.HeldGroups.Holder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is opened again without having been closed is what a killed process leaves. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HeldGroupsTest {
    private static final int ROW = 3;
    private static final long NOW = 1_000_000;

    @TempDir
    Path directory;

    private final String event = UUID.randomUUID().toString();

    private HeldGroups open(long nowMillis) throws IOException {
        return HeldGroups.open(
                directory.resolve("groups"), Clock.fixed(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC));
    }

    @Test
    void who_comes_next_is_known_after_a_kill() throws IOException {
        open(NOW).hold(ROW, "customer-7", event, NOW + 500);

        HeldGroups next = open(NOW + 100);

        assertThat(next.holder(ROW, "customer-7")).contains(new Holder(event, NOW + 500));
        assertThat(next.holder(ROW, "customer-8")).isEmpty();
        assertThat(next.holder(ROW + 1, "customer-7")).isEmpty();
    }

    @Test
    void the_last_word_on_a_group_counts() throws IOException {
        HeldGroups groups = open(NOW);
        String later = UUID.randomUUID().toString();
        groups.hold(ROW, "a", event, NOW + 500);
        groups.hold(ROW, "a", later, NOW + 700);
        groups.hold(ROW, "b", event, NOW + 500);
        groups.release(ROW, "b");

        HeldGroups next = open(NOW);

        assertThat(next.holder(ROW, "a")).contains(new Holder(later, NOW + 700));
        assertThat(next.holder(ROW, "b")).isEmpty();
        assertThat(groups.holder(ROW, "b")).isEmpty();
    }

    @Test
    void one_that_is_overdue_holds_up_nobody_after_a_start() throws IOException {
        open(NOW).hold(ROW, "a", event, NOW + 500);

        assertThat(open(NOW + 501).holder(ROW, "a")).isEmpty();
        assertThat(open(NOW).holder(ROW, "a")).isEmpty();
    }

    @Test
    void the_groups_of_a_deleted_function_are_forgotten_and_no_others() throws IOException {
        HeldGroups groups = open(NOW);
        groups.hold(ROW, "a", event, NOW + 500);
        groups.hold(ROW + 1, "a", event, NOW + 500);

        groups.remove(ROW);

        assertThat(groups.holder(ROW, "a")).isEmpty();
        assertThat(open(NOW).holder(ROW, "a")).isEmpty();
        assertThat(open(NOW).holder(ROW + 1, "a")).isPresent();
    }

    @Test
    void there_may_be_any_number_of_them() throws IOException {
        HeldGroups groups = open(NOW);
        for (int i = 0; i < 5_000; i++) {
            groups.hold(ROW, "group-" + i, event, NOW + i + 1);
        }

        HeldGroups next = open(NOW);

        for (int i = 0; i < 5_000; i++) {
            assertThat(next.holder(ROW, "group-" + i)).contains(new Holder(event, NOW + i + 1));
        }
    }

    @Test
    void what_was_let_go_of_makes_room() throws IOException {
        HeldGroups groups = open(NOW);
        groups.hold(ROW, "first", event, NOW + 500);
        long size = Files.size(directory.resolve("groups"));

        for (int i = 0; i < 5_000; i++) {
            groups.hold(ROW, "group-" + i, event, NOW + 500);
            groups.release(ROW, "group-" + i);
        }

        assertThat(Files.size(directory.resolve("groups"))).isEqualTo(size);
        assertThat(open(NOW).holder(ROW, "first")).isPresent();
    }

    @Test
    void a_file_of_somebody_else_is_refused_and_left_alone() throws IOException {
        Path file = Files.writeString(directory.resolve("groups"), "somebody's diary");

        assertThatThrownBy(() -> open(NOW))
                .isInstanceOf(IOException.class)
                .hasMessage("file of held message groups " + file + " is not one of ours");
        assertThat(file).hasContent("somebody's diary");
    }
}
