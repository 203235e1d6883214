package io.millrace.runtime.devmode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.RegistryAdministration;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files and the real registry; a look happens when the test says so. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WatcherTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionConfiguration CONFIGURATION = new FunctionConfiguration(
            "orders.handler", "python3.12", Optional.empty(), "", Duration.ofSeconds(3), 128, 512, List.of(), Map.of());
    private static final Instant EARLIER = Instant.parse("2001-01-01T00:00:00Z");

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private FunctionRegistry registry;
    private RegistryAdministration functions;
    private Path memory;
    private Path script;
    private Watcher watcher;

    @BeforeEach
    void open() throws IOException {
        registry = FunctionRegistry.open(Files.createDirectories(directory.resolve("data")));
        functions = new RegistryAdministration(vertx, registry, Clock.systemUTC());
        memory = directory.resolve("dev-sources.json");
        script = Files.writeString(directory.resolve("orders.py"), "one");
        watcher = watcher(WatcherTest::pack);
    }

    @AfterEach
    void close() {
        registry.close();
        await(vertx.close());
    }

    @Test
    void what_is_saved_is_deployed_once_nothing_changes_any_more() throws Exception {
        watching(script);

        Files.writeString(script, "one and two");
        watcher.poll();
        assertThat(code()).isNotEqualTo(codeOf(script));
        Files.writeString(script, " and three", StandardOpenOption.APPEND);
        watcher.poll();
        assertThat(code()).as("it still grew").isNotEqualTo(codeOf(script));
        watcher.poll();

        assertThat(code()).isEqualTo(codeOf(script));
    }

    @Test
    void a_file_saved_with_the_content_it_had_is_not_redeployed() throws Exception {
        watching(script);
        String before = function().revisionId();

        Files.setLastModifiedTime(script, FileTime.from(EARLIER));
        settle();

        assertThat(function().revisionId()).isEqualTo(before);
    }

    @Test
    void what_was_saved_before_the_watching_began_is_deployed_if_it_is_other_code() throws Exception {
        create(script);
        Files.writeString(script, "saved while the command ran");

        watcher.watch(ORDERS, new Source(script, Optional.empty()));
        settle();

        assertThat(code()).isEqualTo(codeOf(script));
    }

    @Test
    void code_that_came_in_another_way_before_the_first_look_stays_until_the_source_is_saved() throws Exception {
        create(script);
        watcher.watch(ORDERS, new Source(script, Optional.empty()));
        Path other = Files.writeString(directory.resolve("other.py"), "from elsewhere");
        await(functions.updateCode(ORDERS, CodeChange.to(pack(other))).compose(taken -> functions.settled(ORDERS)));

        settle();
        assertThat(code()).isEqualTo(codeOf(other));
        Files.writeString(script, "saved again");
        settle();

        assertThat(code()).isEqualTo(codeOf(script));
    }

    @Test
    void a_broken_archive_leaves_the_code_before_and_the_next_good_one_is_taken() throws Exception {
        Path jar = Files.write(directory.resolve("orders.jar"), pack(script));
        watching(jar);
        CodeReference before = code();

        Files.writeString(jar, "no archive");
        settle();
        assertThat(code()).isEqualTo(before);
        Files.writeString(script, "a better one");
        Files.write(jar, pack(script));
        settle();

        assertThat(code()).isNotEqualTo(before).isEqualTo(codeOf(jar));
    }

    @Test
    void a_source_that_vanished_is_still_watched_for() throws Exception {
        watching(script);
        CodeReference before = code();

        Files.delete(script);
        settle();
        assertThat(code()).isEqualTo(before);
        Files.writeString(script, "back again");
        settle();

        assertThat(code()).isNotEqualTo(before).isEqualTo(codeOf(script));
    }

    @Test
    void files_of_a_folder_that_are_added_changed_made_executable_or_deleted_are_noticed() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("code"));
        Path main = Files.writeString(folder.resolve("main.py"), "one");
        watching(folder);

        Path added =
                Files.writeString(Files.createDirectory(folder.resolve("lib")).resolve("b.py"), "b");
        settle();
        assertThat(code()).as("added").isEqualTo(codeOf(folder));
        Files.writeString(main, "one and two");
        settle();
        assertThat(code()).as("changed").isEqualTo(codeOf(folder));
        Files.setPosixFilePermissions(main, PosixFilePermissions.fromString("rwxr-xr-x"));
        settle();
        assertThat(code()).as("made executable").isEqualTo(codeOf(folder));
        Files.delete(added);
        settle();
        assertThat(code()).as("deleted").isEqualTo(codeOf(folder));
    }

    @Test
    void a_folder_of_more_than_10_000_files_is_not_watched_until_it_has_less() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("code"));
        for (int number = 0; number < Snapshot.MOST_FILES; number++) {
            Files.createFile(folder.resolve(number + ".py"));
        }
        assertThat(Snapshot.of(folder)).isInstanceOf(Snapshot.Content.class);

        Path more = Files.createFile(folder.resolve("more.py"));

        assertThat(Snapshot.of(folder)).isEqualTo(new Snapshot.TooMuch());
        Files.delete(more);
        assertThat(Snapshot.of(folder)).isInstanceOf(Snapshot.Content.class);
    }

    @Test
    void a_file_that_is_written_while_it_is_packed_is_packed_again() throws Exception {
        watcher = watcher(path -> {
            byte[] archive = pack(path);
            if (Files.readString(path).equals("first half")) {
                Files.writeString(path, " and second", StandardOpenOption.APPEND);
            }
            return archive;
        });
        watching(script);
        CodeReference before = code();

        Files.writeString(script, "first half");
        settle();
        assertThat(code()).isEqualTo(before);
        settle();

        assertThat(Files.readString(script)).isEqualTo("first half and second");
        assertThat(code()).isEqualTo(codeOf(script));
    }

    @Test
    void the_source_of_a_deleted_function_is_forgotten() throws Exception {
        watching(script);
        assertThat(memory).content().contains("orders.py");

        await(functions.delete(ORDERS));
        watcher.poll();

        assertThat(memory).content().doesNotContain("orders");
        create(script);
        CodeReference created = code();
        Files.writeString(script, "nobody looks");
        settle();
        assertThat(code()).isEqualTo(created);
    }

    @Test
    void after_a_restart_what_was_saved_meanwhile_is_deployed() throws Exception {
        watching(script);
        Files.writeString(script, "saved while the server was stopped");

        watcher = watcher(WatcherTest::pack);
        settle();

        assertThat(code()).isEqualTo(codeOf(script));
    }

    @Test
    void after_a_restart_a_source_that_did_not_change_does_not_undo_what_was_deployed_from_elsewhere()
            throws Exception {
        watching(script);
        Path other = Files.writeString(directory.resolve("other.py"), "deployed by other means");
        await(functions.updateCode(ORDERS, CodeChange.to(pack(other))));

        watcher = watcher(WatcherTest::pack);
        settle();

        assertThat(code()).isEqualTo(codeOf(other));
    }

    @Test
    void a_memory_that_cannot_be_read_is_refused_with_its_path() throws IOException {
        for (String broken : List.of("{", "{\"orders\":{\"source\":\"relative.py\"}}", "{\"or ders\":{}}")) {
            Files.writeString(memory, broken);

            assertThatThrownBy(() -> watcher(WatcherTest::pack))
                    .isInstanceOf(DevModeRefusedException.class)
                    .hasMessageContaining(memory.toString())
                    .hasMessageNotContaining("\n");
        }
    }

    private Watcher watcher(Packing packing) {
        return new Watcher(functions, packing, new SourcesFile(memory));
    }

    /** A function made of the source, which is watched and known. */
    private void watching(Path source) throws Exception {
        create(source);
        watcher.watch(ORDERS, new Source(source, Optional.empty()));
        settle();
    }

    private void create(Path source) throws IOException {
        await(functions.create(ORDERS, CONFIGURATION, pack(source), false));
    }

    /** One look sees the change, the second that it is complete. */
    private void settle() throws InterruptedException {
        watcher.poll();
        watcher.poll();
    }

    private RegisteredFunction function() {
        return functions.find(ORDERS).orElseThrow();
    }

    private CodeReference code() {
        return function().code().orElseThrow();
    }

    private static CodeReference codeOf(Path source) throws IOException {
        return CodeReference.of(pack(source));
    }

    /** Archives as they are; anything else zipped, marked where it is executable. */
    private static byte[] pack(Path source) throws IOException {
        if (source.toString().endsWith(".jar")) {
            return Files.readAllBytes(source);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> all = Files.walk(source)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                ZipEntry entry = new ZipEntry(file.getFileName().toString());
                entry.setTime(EARLIER.toEpochMilli());
                entry.setComment(Files.isExecutable(file) ? "executable" : "plain");
                zip.putNextEntry(entry);
                zip.write(Files.readAllBytes(file));
            }
        }
        return bytes.toByteArray();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(30, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException(late);
        }
    }
}
