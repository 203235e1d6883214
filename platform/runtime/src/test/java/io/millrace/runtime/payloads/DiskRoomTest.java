package io.millrace.runtime.payloads;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DiskRoomTest {
    @Test
    void a_body_must_leave_the_broker_beside_it_more_than_a_tenth_of_the_disk() {
        DiskRoom room = new DiskRoom(1_000, 500, DiskRoom.BESIDE_BROKER);

        assertThat(room.takes(390)).isTrue();
        assertThat(room.takes(391)).isFalse();
    }

    @Test
    void on_a_disk_of_its_own_it_may_take_all() {
        DiskRoom room = new DiskRoom(1_000, 500, 0);

        assertThat(room.takes(500)).isTrue();
        assertThat(room.takes(501)).isFalse();
    }

    @Test
    void directories_of_one_disk_are_found_to_be_beside_each_other(@TempDir Path directory) throws IOException {
        assertThat(DiskRoom.of(directory, directory).keptFree()).isEqualTo(DiskRoom.BESIDE_BROKER);
    }
}
