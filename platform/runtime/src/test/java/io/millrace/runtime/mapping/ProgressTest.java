package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.mapping.Progress.Entry;
import io.millrace.runtime.mapping.Progress.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ProgressTest {
    private final Progress progress = new Progress();

    private List<Entry> read(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(progress.read("p" + i));
        }
        return entries;
    }

    @Test
    void nothing_is_committed_beyond_the_first_that_is_not_done() {
        List<Entry> entries = read(4);
        assertThat(progress.committable()).isEmpty();
        progress.done(entries.get(1));
        progress.done(entries.get(3));
        assertThat(progress.committable()).isEmpty();
        progress.done(entries.get(0));
        assertThat(progress.committable()).contains(new Point(2, "p1"));
        assertThat(progress.underWay()).isEqualTo(2);
    }

    @Test
    void what_is_committed_is_not_committed_again() {
        List<Entry> entries = read(2);
        progress.done(entries.get(0));
        progress.committed(progress.committable().orElseThrow());
        assertThat(progress.committable()).isEmpty();
    }

    @Test
    void a_window_holds_back_all_from_its_first_record_on() {
        // Given
        List<Entry> entries = read(4);
        progress.hold(0, entries.get(2));
        progress.hold(1, entries.get(1));
        // When
        entries.forEach(progress::done);
        // Then
        assertThat(progress.committable()).contains(new Point(1, "p0"));
        progress.release(1);
        assertThat(progress.committable()).contains(new Point(2, "p1"));
        progress.release(0);
        assertThat(progress.committable()).contains(new Point(4, "p3"));
        assertThat(progress.underWay()).isZero();
    }

    @Test
    void commits_only_grow_in_whatever_order_records_are_done() {
        List<Entry> entries = new ArrayList<>(read(500));
        Collections.shuffle(entries, new Random(7));
        List<Long> commits = new ArrayList<>();
        for (Entry entry : entries) {
            progress.done(entry);
            progress.committable().ifPresent(point -> {
                commits.add(point.sequence());
                progress.committed(point);
            });
        }
        assertThat(commits).isSorted().doesNotHaveDuplicates().endsWith(500L);
    }
}
