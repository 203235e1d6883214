package io.millrace.runtime.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is lost never closes the file: here it is simply opened again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AttemptNotesTest {
    private static final int ROW = 3;
    // The layout that the class documents; a file of an older version must stay readable.
    private static final int SLOT_BYTES = 64;
    private static final int FIRST_SLOTS = 1_024;

    @TempDir
    Path directory;

    private Path file;
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("deep/attempts");
    }

    private AttemptNotes open() throws IOException {
        return AttemptNotes.open(file, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String id(long number) {
        return new UUID(7, number).toString();
    }

    /** The event's next delivery, to a process that starts now. */
    private AttemptNote delivered(long number, int brokerCount) throws IOException {
        return open().arrived(ROW, id(number), brokerCount);
    }

    @Test
    void without_a_crash_the_broker_counts() throws IOException {
        AttemptNotes notes = open();

        assertThat(notes.suspects()).isZero();
        assertThat(notes.arrived(ROW, id(1), 0).number()).isEqualTo(1);
        assertThat(notes.arrived(ROW, id(1), 2).number()).isEqualTo(3);
        assertThat(notes.arrived(ROW, id(1), 2).isSuspect()).isFalse();
    }

    @Test
    void what_ran_when_the_process_was_lost_is_suspect_and_has_lost_no_attempt() throws IOException {
        AttemptNotes notes = open();
        notes.arrived(ROW, id(1), 0).running();
        notes.arrived(ROW, id(2), 1).running();

        AttemptNotes again = open();
        assertThat(again.suspects()).isEqualTo(2);
        AttemptNote suspect = again.arrived(ROW, id(1), 1);
        assertThat(suspect.isSuspect()).isTrue();
        assertThat(suspect.crashes()).isEqualTo(1);
        assertThat(suspect.number()).isEqualTo(1);
        assertThat(again.arrived(ROW, id(2), 2).number())
                .as("one had failed before")
                .isEqualTo(2);
    }

    @Test
    void the_number_follows_whether_the_broker_died_too_or_counted_or_another_worker_failed() throws IOException {
        for (int brokerCount : new int[] {1, 2, 3}) {
            open().arrived(ROW, id(brokerCount), 1).running();
        }

        AttemptNotes again = open();
        assertThat(again.arrived(ROW, id(1), 1).number()).isEqualTo(2);
        assertThat(again.arrived(ROW, id(2), 2).number()).isEqualTo(2);
        assertThat(again.arrived(ROW, id(3), 3).number()).isEqualTo(3);
    }

    @Test
    void a_delivery_on_its_way_to_a_process_that_is_lost_is_no_attempt_of_an_event_that_was_there_before()
            throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNote suspect = delivered(1, 1);
        suspect.alone();
        suspect.reported();

        assertThat(delivered(1, 3).number())
                .as("one failed attempt; one delivery that nobody read")
                .isEqualTo(2);
    }

    @Test
    void a_failure_that_the_broker_died_too_early_to_write_down_is_counted() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNote suspect = delivered(1, 0);
        suspect.alone();
        suspect.reported();

        assertThat(delivered(1, 0).number()).isEqualTo(2);
    }

    @Test
    void after_a_clean_stop_the_broker_counts_on() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNotes notes = open();
        AttemptNote suspect = notes.arrived(ROW, id(1), 1);
        suspect.alone();
        suspect.reported();
        notes.close();

        assertThat(delivered(1, 3).number()).isEqualTo(3);
    }

    @Test
    void the_same_id_at_another_function_is_another_event() throws IOException {
        open().arrived(ROW, id(1), 0).running();

        assertThat(open().arrived(ROW + 1, id(1), 0).isSuspect()).isFalse();
    }

    @Test
    void what_only_waited_is_no_suspect_and_has_lost_no_attempt() throws IOException {
        open().arrived(ROW, id(1), 0).held();
        open();

        AttemptNote again = delivered(1, 1);
        assertThat(again.isSuspect()).isFalse();
        assertThat(again.number()).isEqualTo(1);
    }

    @Test
    void what_waited_and_then_ran_is_suspect() throws IOException {
        AttemptNote note = open().arrived(ROW, id(1), 0);
        note.held();
        note.running();

        assertThat(delivered(1, 0).isSuspect()).isTrue();
    }

    @Test
    void a_crash_while_it_runs_alone_spends_that_attempt_and_those_in_doubt() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        delivered(1, 1).running();
        AttemptNote third = delivered(1, 2);
        assertThat(third.number()).isEqualTo(1);
        third.alone();

        AttemptNote fourth = delivered(1, 3);
        assertThat(fourth.number()).isEqualTo(4);
        assertThat(fourth.crashes()).isEqualTo(3);
        fourth.alone();
        assertThat(delivered(1, 0).number()).as("the broker died as well").isEqualTo(5);
    }

    @Test
    void after_its_time_alone_a_crash_proves_nothing() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNote again = delivered(1, 0);
        again.alone();
        again.running();

        AttemptNote third = delivered(1, 0);
        assertThat(third.number()).isEqualTo(1);
        assertThat(third.crashes()).isEqualTo(2);
    }

    @Test
    void a_suspect_whose_attempt_ends_is_cleared_and_counted_as_if_nothing_had_been() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNotes notes = open();
        AttemptNote suspect = notes.arrived(ROW, id(1), 1);
        suspect.held();
        suspect.alone();
        suspect.reported();

        AttemptNote second = notes.arrived(ROW, id(1), 2);
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.isSuspect()).isFalse();
        second.running();
        second.reported();
        AttemptNote afterRestart = delivered(1, 3);
        assertThat(afterRestart.number()).isEqualTo(3);
        assertThat(afterRestart.isSuspect()).isFalse();
    }

    @Test
    void an_event_that_is_over_starts_anew_when_it_is_redriven() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNotes notes = open();
        AttemptNote suspect = notes.arrived(ROW, id(1), 1);
        suspect.alone();
        suspect.reported();
        suspect.over();

        assertThat(notes.arrived(ROW, id(1), 0).number()).isEqualTo(1);
        assertThat(delivered(1, 2).number()).isEqualTo(3);
    }

    @Test
    void attempts_that_ended_leave_nothing() throws IOException {
        AttemptNotes notes = open();
        for (int i = 0; i < 10 * FIRST_SLOTS; i++) {
            AttemptNote note = notes.arrived(ROW, id(i), 0);
            note.held();
            note.running();
            note.reported();
            note.over();
        }

        assertThat(open().suspects()).isZero();
        assertThat(Files.size(file)).isEqualTo((FIRST_SLOTS + 1L) * SLOT_BYTES);
    }

    @Test
    void what_is_given_back_is_not_suspect() throws IOException {
        AttemptNotes notes = open();
        AttemptNote note = notes.arrived(ROW, id(1), 1);
        note.running();
        note.returned();
        note.running(); // Its handler goes on for a moment.

        assertThat(open().suspects()).isZero();
        assertThat(delivered(1, 1).number()).isEqualTo(2);
    }

    @Test
    void a_suspect_that_did_not_get_to_run_is_suspect_after_a_clean_stop() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        AttemptNote waiting = delivered(1, 1);
        waiting.held();
        waiting.returned();

        AttemptNote again = delivered(1, 1);
        assertThat(again.crashes()).isEqualTo(1);
        assertThat(again.number()).isEqualTo(1);
    }

    @Test
    void of_what_runs_in_another_process_the_broker_counts_the_loss() throws IOException {
        AttemptNote parked = open().arrived(ROW, id(1), 0);
        parked.held();
        parked.elsewhere();
        assertThat(delivered(1, 1).number()).isEqualTo(2);

        open().arrived(ROW, id(2), 0).held();
        AttemptNote excused = delivered(2, 1);
        excused.held();
        excused.elsewhere();
        AttemptNote again = delivered(2, 2);
        assertThat(again.number()).isEqualTo(2);
        assertThat(again.isSuspect()).isFalse();
    }

    @Test
    void what_waited_when_the_connection_went_has_lost_no_attempt() throws IOException {
        AttemptNotes notes = open();
        AttemptNote waiting = notes.arrived(ROW, id(1), 0);
        waiting.held();
        waiting.dropped();

        assertThat(notes.arrived(ROW, id(1), 1).number()).isEqualTo(1);
    }

    @Test
    void what_waits_again_instead_of_starting_in_another_process_has_lost_no_attempt_when_the_connection_goes()
            throws IOException {
        AttemptNotes notes = open();
        AttemptNote waiting = notes.arrived(ROW, id(1), 0);
        waiting.held();
        waiting.elsewhere();
        waiting.held();
        waiting.dropped();

        assertThat(notes.arrived(ROW, id(1), 1).number()).isEqualTo(1);
    }

    @Test
    void the_file_grows_with_what_runs_at_once() throws IOException {
        AttemptNotes notes = open();
        for (int i = 0; i < 5 * FIRST_SLOTS; i++) {
            notes.arrived(ROW, id(i), 0).running();
        }

        AttemptNotes again = open();
        assertThat(again.suspects()).isEqualTo(5 * FIRST_SLOTS);
        for (int i = 0; i < 5 * FIRST_SLOTS; i++) {
            AttemptNote note = again.arrived(ROW, id(i), 0);
            note.alone();
            note.reported();
            note.over();
        }
        assertThat(again.suspects()).isZero();
        assertThat(open().suspects()).isZero();
    }

    @Test
    void a_file_that_cannot_grow_costs_the_notes_and_not_the_events() throws IOException {
        AttemptNotes notes = open();
        Files.delete(file);

        for (int i = 0; i < FIRST_SLOTS + 10; i++) {
            AttemptNote note = notes.arrived(ROW, id(i), 0);
            note.held();
            note.running();
            if (i >= FIRST_SLOTS) {
                note.reported();
                note.over();
            }
        }

        assertThat(notes.arrived(ROW, id(5_000), 1).number()).isEqualTo(2);
    }

    @Test
    void a_file_that_was_cut_off_keeps_what_is_whole() throws IOException {
        AttemptNotes notes = open();
        for (int i = 0; i < 3; i++) {
            notes.arrived(ROW, id(i), 0).running();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(3 * SLOT_BYTES + 10);
        }

        assertThat(open().suspects()).isEqualTo(2);
    }

    @Test
    void slots_that_make_no_sense_are_free() throws IOException {
        AttemptNotes notes = open();
        for (int i = 0; i < 3; i++) {
            notes.arrived(ROW, id(i), 0).running();
        }
        putInt(SLOT_BYTES, 77); // a state that does not exist
        putInt(2 * SLOT_BYTES + 28, -4); // an attempt before the first

        AttemptNotes again = open();
        assertThat(again.suspects()).isEqualTo(1);
        assertThat(again.arrived(ROW, id(2), 0).isSuspect()).isTrue();
    }

    private void putInt(long at, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Integer.BYTES).putInt(value).flip(), at);
        }
    }

    @Test
    void what_never_comes_back_is_forgotten_when_no_event_can_be_so_old() throws IOException {
        open().arrived(ROW, id(1), 0).running();
        assertThat(open().suspects()).isEqualTo(1);

        now = now.plus(Duration.ofDays(7));
        assertThat(open().suspects()).isEqualTo(1);
        now = now.plus(Duration.ofDays(2));
        assertThat(open().suspects()).isZero();
    }

    @Test
    void a_removed_function_leaves_nothing_to_the_next_in_its_row() throws IOException {
        AttemptNotes notes = open();
        notes.arrived(ROW, id(1), 0).running();
        notes.arrived(ROW + 1, id(2), 0).running();
        AttemptNotes again = open();

        again.remove(ROW);

        assertThat(again.suspects()).isEqualTo(1);
        assertThat(open().arrived(ROW, id(1), 0).isSuspect()).isFalse();
    }

    @Test
    void a_first_start_that_died_before_it_wrote_anything_can_be_repeated() throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[100]);

        open().arrived(ROW, id(1), 0).running();

        assertThat(open().suspects()).isEqualTo(1);
    }

    @Test
    void a_file_of_somebody_else_is_refused_and_not_changed() throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1, 2, 3});

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage("file of started attempts " + file + " is not one of ours");
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
    }
}
