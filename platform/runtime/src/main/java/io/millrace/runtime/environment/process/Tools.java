package io.millrace.runtime.environment.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds programs of this machine by name.
 *
 * @param searched folders, in order
 */
record Tools(List<Path> searched) {
    private static final List<String> USUAL = List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /** On the server's PATH, then at the usual places. */
    static Tools ofServer() {
        String path = System.getenv("PATH");
        Stream<String> own = path == null ? Stream.empty() : Stream.of(path.split(File.pathSeparator, -1));
        List<Path> folders = new ArrayList<>();
        Stream.concat(own.filter(folder -> folder.startsWith("/")), USUAL.stream())
                .map(Path::of)
                .distinct()
                .forEach(folders::add);
        return new Tools(List.copyOf(folders));
    }

    Optional<Path> find(String name) {
        return searched.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
