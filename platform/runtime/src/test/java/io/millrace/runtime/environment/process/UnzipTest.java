package io.millrace.runtime.environment.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UnzipTest {
    @TempDir
    Path directory;

    private final CodeBudget budget = new CodeBudget();
    private Path root;
    private int archives;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(directory.toRealPath().resolve("root"));
    }

    private void unpack(Zip zip) throws IOException {
        Unzip.unpack(zip.save(directory.resolve(archives++ + ".zip")), root, budget);
    }

    private void assertRefused(Zip zip, String message) {
        assertThatThrownBy(() -> unpack(zip))
                .isInstanceOf(RefusedArchiveException.class)
                .hasMessage(message);
        assertThat(directory.resolve("evil")).doesNotExist();
    }

    @Test
    void files_keep_their_execute_bit_and_nothing_else() throws IOException {
        // When
        unpack(new Zip().executable("bin/run", "#!").file("data/x", "1"));
        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("bin/run"))))
                .isEqualTo("r-xr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("data/x"))))
                .isEqualTo("r--r--r--");
    }

    @Test
    void a_later_archive_takes_the_place_of_an_earlier_one() throws IOException {
        // When
        unpack(new Zip().file("a", "first").file("b", "first").link("c", "a"));
        unpack(new Zip().file("a", "second").file("c", "second"));
        // Then
        assertThat(root.resolve("a")).hasContent("second");
        assertThat(root.resolve("b")).hasContent("first");
        assertThat(root.resolve("c")).isRegularFile().hasContent("second");
    }

    @Test
    void a_link_within_the_archive_is_made() throws IOException {
        // When
        unpack(new Zip().link("lib/x.so", "../real/x.so.1").file("real/x.so.1", "code"));
        // Then
        assertThat(root.resolve("lib/x.so")).isSymbolicLink().hasContent("code");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "a/b/../../../evil"})
    void a_path_that_leads_out_is_refused(String name) {
        assertRefused(new Zip().file(name, "x"), "entry '" + name + "' leads out of the archive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp/millrace-evil", "a\\..\\evil"})
    void a_path_that_is_not_relative_is_refused(String name) {
        assertRefused(
                new Zip().file(name, "x"), "entry '" + name + "' is not a relative path with / between its parts");
    }

    @Test
    void a_name_with_a_NUL_is_refused() {
        assertRefused(new Zip().file("a\0b", "x"), "the name of an entry contains a NUL: 'a?b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/etc/passwd", "a/../../evil"})
    void a_link_that_leads_out_is_refused(String target) {
        assertRefused(new Zip().link("link", target), "link 'link' leads out of the archive, to '" + target + "'");
    }

    @Test
    void links_that_lead_out_together_are_refused() {
        assertRefused(
                new Zip()
                        .file("a/b/c/x", "")
                        .link("up", "a/b")
                        .link("d/e/out", "../../up/../../..")
                        .file("d/e/y", ""),
                "link 'd/e/out' leads out of the archive, to '../../up/../../..'");
    }

    @Test
    void an_archive_that_swaps_a_folder_for_a_link_writes_nothing_through_it() throws IOException {
        // Given
        unpack(new Zip().link("folder", "elsewhere").file("elsewhere/x", "old"));
        // When
        unpack(new Zip().file("folder/x", "new"));
        // Then
        assertThat(root.resolve("elsewhere/x")).hasContent("new");
    }

    @Test
    void a_bomb_is_stopped_while_it_is_inflated() {
        // Given
        byte[] zeros = new byte[100_000_000];
        Zip bomb = new Zip().file("a", zeros).file("b", zeros).file("c", zeros);
        // When, then
        assertRefused(bomb, "Unzipped size must be smaller than 262144000 bytes");
    }

    @Test
    void code_and_layers_count_together() throws IOException {
        // Given
        byte[] zeros = new byte[200_000_000];
        unpack(new Zip().file("code", zeros));
        // When, then
        assertRefused(new Zip().file("layer", zeros), "Unzipped size must be smaller than 262144000 bytes");
    }

    @Test
    void too_many_entries_are_refused() {
        // Given
        Zip many = new Zip();
        for (int i = 0; i <= 20_000; i++) {
            many.file("f" + i, "");
        }
        // When, then
        assertRefused(many, "code and layers have more than 20000 entries");
    }

    @Test
    void a_file_that_is_no_zip_is_refused() throws IOException {
        // Given
        Path file = Files.writeString(directory.resolve("text"), "no zip");
        // When, then
        assertThatThrownBy(() -> Unzip.unpack(file, root, budget))
                .isInstanceOf(IOException.class)
                .hasMessage("it is no zip file");
    }
}
