package io.millrace.runtime.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TallyTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionName MAILS = new FunctionName("mails");
    // The layout that the class documents; a file of an older version must stay readable.
    private static final int ROWS_AT = 64;
    private static final int ROW_BYTES = 72;
    private static final int NAME_BYTES = 64;
    private static final int RING_AT = ROWS_AT + 8_192 * ROW_BYTES;
    private static final int RING = 16_384;
    private static final int ENTRY_BYTES = 40;
    private static final int STAMP_IN_ENTRY = 32;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("deep/accounting");
    }

    private static UUID id(long number) {
        return new UUID(7, number);
    }

    private void count(FunctionName function, long from, long to) throws IOException {
        try (Tally tally = Tally.open(file)) {
            int row = tally.row(function);
            for (long i = from; i < to; i++) {
                tally.count(row, id(i));
            }
        }
    }

    private long succeeded(FunctionName function) throws IOException {
        try (Tally tally = Tally.open(file)) {
            return tally.succeeded(tally.row(function));
        }
    }

    private void putLong(long at, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(value).flip();
            channel.write(bytes, at);
        }
    }

    @Test
    void a_new_file_has_counted_nothing() throws IOException {
        assertThat(succeeded(ORDERS)).isZero();
        try (Tally tally = Tally.open(file)) {
            assertThat(events(tally.recentAtOpen())).isEmpty();
            assertThat(events(tally.recent())).isEmpty();
        }
    }

    @Test
    void counts_and_the_latest_ids_are_there_after_a_reopen() throws IOException {
        count(ORDERS, 0, 3);
        count(MAILS, 3, 5);
        count(ORDERS, 5, 6);

        try (Tally tally = Tally.open(file)) {
            assertThat(tally.succeeded(tally.row(ORDERS))).isEqualTo(4);
            assertThat(tally.succeeded(tally.row(MAILS))).isEqualTo(2);
            assertThat(events(tally.recentAtOpen()))
                    .containsExactlyInAnyOrder(id(0), id(1), id(2), id(3), id(4), id(5));
        }
    }

    @Test
    void ids_counted_since_the_opening_are_recent_but_were_not_at_open() throws IOException {
        count(ORDERS, 0, 1);
        try (Tally tally = Tally.open(file)) {
            tally.count(tally.row(ORDERS), id(1));

            assertThat(events(tally.recentAtOpen())).containsExactly(id(0));
            assertThat(events(tally.recent())).containsExactlyInAnyOrder(id(0), id(1));
        }
    }

    @Test
    void a_process_that_died_before_the_count_of_the_row_has_counted_its_entry() throws IOException {
        count(ORDERS, 0, 3);

        putLong(ROWS_AT + NAME_BYTES, 2); // as it was before the third

        assertThat(succeeded(ORDERS)).isEqualTo(3);
    }

    @Test
    void a_process_that_died_before_the_stamp_has_not_counted_its_entry() throws IOException {
        count(ORDERS, 0, 3);

        putLong(RING_AT + 2 * ENTRY_BYTES + STAMP_IN_ENTRY, 0); // the entry was being written
        putLong(ROWS_AT + NAME_BYTES, 2);

        try (Tally tally = Tally.open(file)) {
            assertThat(tally.succeeded(tally.row(ORDERS))).isEqualTo(2);
            assertThat(events(tally.recentAtOpen())).containsExactlyInAnyOrder(id(0), id(1));
            tally.count(tally.row(ORDERS), id(9));
            assertThat(events(tally.recent())).containsExactlyInAnyOrder(id(0), id(1), id(9));
        }
        assertThat(succeeded(ORDERS)).isEqualTo(3);
    }

    @Test
    void a_stamp_that_cannot_belong_to_its_place_is_no_entry() throws IOException {
        count(ORDERS, 0, 1);

        putLong(RING_AT + 5 * ENTRY_BYTES + STAMP_IN_ENTRY, 3);

        try (Tally tally = Tally.open(file)) {
            assertThat(events(tally.recentAtOpen())).containsExactly(id(0));
        }
    }

    @Test
    void the_ring_forgets_the_oldest_and_the_count_forgets_none() throws IOException {
        count(ORDERS, 0, RING + 10L);

        try (Tally tally = Tally.open(file)) {
            assertThat(tally.succeeded(tally.row(ORDERS))).isEqualTo(RING + 10L);
            assertThat(events(tally.recentAtOpen()))
                    .hasSize(RING)
                    .contains(id(10), id(RING + 9L))
                    .doesNotContain(id(9));
        }
        count(ORDERS, RING + 10L, RING + 11L);
        try (Tally tally = Tally.open(file)) {
            assertThat(events(tally.recentAtOpen())).contains(id(RING + 10L)).doesNotContain(id(10));
        }
    }

    @Test
    void a_removed_function_leaves_nothing_to_the_next_in_its_row() throws IOException {
        count(ORDERS, 0, 3);
        try (Tally tally = Tally.open(file)) {
            int row = tally.row(ORDERS);
            tally.remove(ORDERS);
            assertThat(tally.row(MAILS)).isEqualTo(row);
            assertThat(tally.succeeded(row)).isZero();
        }
        assertThat(succeeded(MAILS)).isZero();
        assertThat(succeeded(ORDERS)).isZero();
    }

    @Test
    void a_process_that_died_while_it_removed_a_function_leaves_nothing_to_the_next_in_its_row() throws IOException {
        count(ORDERS, 0, 3);

        for (int i = 0; i < NAME_BYTES; i += Long.BYTES) {
            putLong(ROWS_AT + i, 0); // the name is gone, the entries are not
        }

        assertThat(succeeded(MAILS)).isZero();
        assertThat(succeeded(MAILS)).as("after another reopen").isZero();
    }

    @Test
    void a_first_start_that_died_before_it_wrote_anything_can_be_repeated() throws IOException {
        count(ORDERS, 0, 0);
        long size = Files.size(file);
        Files.write(file, new byte[(int) size]);

        count(ORDERS, 0, 1);

        assertThat(succeeded(ORDERS)).isEqualTo(1);
    }

    @Test
    void removing_a_function_leaves_the_others_alone() throws IOException {
        count(ORDERS, 0, 3);
        count(MAILS, 3, 5);
        try (Tally tally = Tally.open(file)) {
            tally.remove(ORDERS);
            tally.remove(new FunctionName("never-seen"));
        }
        try (Tally tally = Tally.open(file)) {
            assertThat(tally.succeeded(tally.row(MAILS))).isEqualTo(2);
            assertThat(events(tally.recentAtOpen())).containsExactlyInAnyOrder(id(3), id(4));
        }
    }

    @Test
    void after_the_latest_function_is_removed_new_successes_are_still_remembered_over_a_reopen() throws IOException {
        count(ORDERS, 0, 3);
        count(MAILS, 3, 6);
        try (Tally tally = Tally.open(file)) {
            tally.remove(MAILS);
        }
        count(ORDERS, 6, 9);

        try (Tally tally = Tally.open(file)) {
            assertThat(tally.succeeded(tally.row(ORDERS))).isEqualTo(6);
            assertThat(events(tally.recentAtOpen()))
                    .contains(id(6), id(7), id(8))
                    .doesNotContain(id(3));
        }
    }

    @Test
    void ten_thousand_functions_each_have_their_count_also_in_a_file_from_when_there_were_fewer() throws IOException {
        // Given
        count(new FunctionName("old"), 0, 3);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(RING_AT + (long) RING * ENTRY_BYTES);
        }
        // When
        try (Tally tally = Tally.open(file)) {
            for (int number = 0; number < 10_000; number++) {
                tally.row(new FunctionName("f-" + number));
            }
            tally.count(tally.row(new FunctionName("f-9999")), id(7));
        }
        // Then
        assertThat(succeeded(new FunctionName("old"))).isEqualTo(3);
        assertThat(succeeded(new FunctionName("f-9999"))).isEqualTo(1);
        assertThat(succeeded(new FunctionName("f-9998"))).isZero();
        try (Tally tally = Tally.open(file)) {
            assertThat(tally.recentAtOpen()).hasSize(4);
        }
    }

    @Test
    void a_name_of_64_characters_fits() throws IOException {
        FunctionName longest = new FunctionName("x".repeat(64));
        count(longest, 0, 1);

        assertThat(succeeded(longest)).isEqualTo(1);
    }

    @Test
    void a_file_of_somebody_else_is_refused_and_not_changed() throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

        assertThatThrownBy(() -> Tally.open(file))
                .isInstanceOf(IOException.class)
                .hasMessage("accounting file " + file + " is not one of ours");
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    private static Set<UUID> events(Set<Tally.Success> successes) {
        return successes.stream().map(Tally.Success::event).collect(Collectors.toSet());
    }
}
