package io.millrace.cli;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Code as the server takes it: an archive, or what becomes one here. The same files always give the same archive. */
final class Archive {
    private static final List<String> SCRIPTS = List.of(".py", ".mjs", ".js");
    private static final String SHELL_SCRIPT = ".sh";
    /** What custom runtimes start. */
    private static final String BOOTSTRAP = "bootstrap";

    private static final Set<PosixFilePermission> PLAIN = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final FileTime ALWAYS = FileTime.from(Instant.parse("1990-01-01T00:00:00Z"));

    private Archive() {}

    /**
     * @param code a zip or jar, which is taken as it is; a folder, whose content is zipped; or a single script, where a
     *     shell script becomes the {@code bootstrap} of a custom runtime
     * @throws CommandFailedException if it cannot be read
     */
    static byte[] of(Path code) {
        try {
            return pack(code);
        } catch (IOException unreadable) {
            throw new Input(null, code).unreadable(unreadable);
        }
    }

    /** As {@link #of}, for a server that watches the code. */
    static byte[] pack(Path code) throws IOException {
        if (Files.isDirectory(code)) {
            return zipped(code, files(code));
        }
        String name = String.valueOf(code.getFileName());
        boolean isScript = name.endsWith(SHELL_SCRIPT) || SCRIPTS.stream().anyMatch(name::endsWith);
        return isScript ? zipped(code, List.of(code)) : Files.readAllBytes(code);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static byte[] zipped(Path root, List<Path> files) throws IOException {
        Path folder = Files.createTempDirectory("millrace");
        Path archive = folder.resolve("code.zip");
        try {
            try (FileSystem zip =
                    FileSystems.newFileSystem(archive, Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
                for (Path file : files) {
                    add(file, zip.getPath(name(root, file)));
                }
                forgetTimes(zip.getPath("/"));
            }
            return Files.readAllBytes(archive);
        } finally {
            Files.deleteIfExists(archive);
            Files.delete(folder);
        }
    }

    private static String name(Path root, Path file) {
        if (root.equals(file)) {
            String name = String.valueOf(file.getFileName());
            return name.endsWith(SHELL_SCRIPT) ? BOOTSTRAP : name;
        }
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static void add(Path file, Path entry) throws IOException {
        @Nullable Path parent = entry.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.copy(file, entry);
        Files.setPosixFilePermissions(entry, isExecutable(file) ? EXECUTABLE : PLAIN);
    }

    /** Those of making and of reading as well, and those of folders: an archive holds them all. */
    private static void forgetTimes(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path entry : all.filter(each -> !each.equals(root)).toList()) {
                Files.getFileAttributeView(entry, BasicFileAttributeView.class).setTimes(ALWAYS, ALWAYS, ALWAYS);
            }
        }
    }

    private static boolean isExecutable(Path file) throws IOException {
        @Nullable PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        boolean isMarked =
                posix != null && posix.readAttributes().permissions().contains(PosixFilePermission.OWNER_EXECUTE);
        return isMarked || file.toString().endsWith(SHELL_SCRIPT);
    }
}
