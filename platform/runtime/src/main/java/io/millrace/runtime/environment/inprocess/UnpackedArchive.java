package io.millrace.runtime.environment.inprocess;

import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A copy of a jar or zip in a directory of its own, so that the uploaded file may change; its lib/*.jar beside it. */
record UnpackedArchive(Path directory, List<Path> jars) {
    /** Lambda's limit for code and layers, unzipped (lambda-semantics 5.2). */
    private static final long MAXIMUM_BYTES = 262_144_000;

    /** @throws InvalidHandlerException if the file is no jar or zip, or too large */
    static UnpackedArchive of(Path file, HandlerName name) {
        Path directory = temporaryDirectory();
        boolean unpacked = false;
        try {
            List<Path> jars = new ArrayList<>();
            jars.add(Files.copy(file, directory.resolve("code.jar")));
            jars.addAll(unpackLibraries(jars.get(0), directory, name));
            unpacked = true;
            return new UnpackedArchive(directory, List.copyOf(jars));
        } catch (IOException e) {
            throw name.invalid(file + " cannot be read as a jar or zip: " + e.getMessage(), e);
        } finally {
            if (!unpacked) {
                delete(directory);
            }
        }
    }

    URL[] classPath() {
        return jars.stream().map(UnpackedArchive::url).toArray(URL[]::new);
    }

    void delete() {
        delete(directory);
    }

    private static List<Path> unpackLibraries(Path archive, Path directory, HandlerName name) throws IOException {
        List<Path> libraries = new ArrayList<>();
        long left = MAXIMUM_BYTES - Files.size(archive);
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (ZipEntry entry : libraryEntries(zip)) {
                // Numbered, so that no name in the archive becomes a path on this machine.
                Path target = directory.resolve("lib-" + libraries.size() + ".jar");
                try (InputStream content = zip.getInputStream(entry)) {
                    Files.write(target, content.readNBytes((int) Math.max(0, Math.min(left, Integer.MAX_VALUE - 8))));
                    if (content.read() >= 0) {
                        throw name.invalid("its code is larger than " + MAXIMUM_BYTES + " bytes unzipped");
                    }
                }
                left -= Files.size(target);
                libraries.add(target);
            }
        }
        return libraries;
    }

    private static List<? extends ZipEntry> libraryEntries(ZipFile zip) {
        return Collections.list(zip.entries()).stream()
                .filter(entry -> entry.getName().matches("lib/[^/]+\\.jar"))
                .sorted(Comparator.comparing(ZipEntry::getName))
                .toList();
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("millrace-code-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for a function's code", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the code in " + directory + " cannot be deleted", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
