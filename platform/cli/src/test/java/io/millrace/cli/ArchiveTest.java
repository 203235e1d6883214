package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ArchiveTest {
    @TempDir
    Path directory;

    @Test
    void a_folder_is_zipped_with_what_is_in_it_and_what_may_run() throws IOException {
        Path code = Files.createDirectories(directory.resolve("code"));
        Files.writeString(Files.createDirectories(code.resolve("lib/deep")).resolve("a.py"), "a");
        Files.writeString(code.resolve("index.mjs"), "b");
        Files.setPosixFilePermissions(
                Files.writeString(code.resolve("bootstrap"), "c"), PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(entries(Archive.of(code)))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "/bootstrap", "rwxr-xr-x c", "/index.mjs", "rw-r--r-- b", "/lib/deep/a.py", "rw-r--r-- a"));
    }

    @Test
    void the_same_files_give_the_same_archive() throws IOException {
        Path code = Files.createDirectories(directory.resolve("code"));
        Path file = Files.writeString(code.resolve("a.py"), "a");
        byte[] first = Archive.of(code);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));

        assertThat(Archive.of(code)).isEqualTo(first);
    }

    @Test
    void an_archive_does_not_tell_when_it_was_made() throws IOException {
        Path code = Files.createDirectories(directory.resolve("code"));
        Files.writeString(Files.createDirectories(code.resolve("lib")).resolve("a.py"), "a");

        Path archive = Files.write(directory.resolve("archive.zip"), Archive.of(code));

        try (FileSystem zip = FileSystems.newFileSystem(archive);
                Stream<Path> all = Files.walk(zip.getPath("/lib"))) {
            for (Path entry : all.toList()) {
                BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class);
                assertThat(List.of(
                                attributes.lastModifiedTime(), attributes.creationTime(), attributes.lastAccessTime()))
                        .as(entry.toString())
                        .containsOnly(FileTime.from(Instant.parse("1990-01-01T00:00:00Z")));
            }
        }
    }

    @Test
    void a_script_is_zipped_under_its_name_and_a_shell_script_as_bootstrap() throws IOException {
        for (String name : new String[] {"handler.py", "index.mjs", "index.js"}) {
            assertThat(entries(Archive.of(Files.writeString(directory.resolve(name), "x"))))
                    .containsExactly(Map.entry("/" + name, "rw-r--r-- x"));
        }
        assertThat(entries(Archive.of(Files.writeString(directory.resolve("run.sh"), "x"))))
                .containsExactly(Map.entry("/bootstrap", "rwxr-xr-x x"));
    }

    @Test
    void an_archive_is_taken_as_it_is() throws IOException {
        Path zip = Files.writeString(directory.resolve("code.zip"), "whatever");

        assertThat(Archive.of(zip)).asString().isEqualTo("whatever");
    }

    @Test
    void what_is_not_there_is_told_with_its_path() {
        Path absent = directory.resolve("absent.py");

        assertThatThrownBy(() -> Archive.of(absent))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage("'" + absent + "' cannot be read: there is no such file");
    }

    /** Permissions and content, by name. */
    private Map<String, String> entries(byte[] archive) throws IOException {
        Path file = Files.write(directory.resolve("archive.zip"), archive);
        Map<String, String> entries = new TreeMap<>();
        try (FileSystem zip = FileSystems.newFileSystem(file, Map.of("enablePosixFileAttributes", "true"));
                Stream<Path> all = Files.walk(zip.getPath("/"))) {
            for (Path entry : all.filter(Files::isRegularFile).toList()) {
                entries.put(
                        entry.toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(entry)) + " "
                                + Files.readString(entry));
            }
        }
        return entries;
    }
}
