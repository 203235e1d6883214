package io.millrace.runtime.devmode;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;

/** How a source looked at one moment. Two that are equal mean that nothing was saved between them. */
sealed interface Snapshot {
    int MOST_FILES = 10_000;
    /** Of the files together; no archive with more is taken (lambda-semantics 5.2). */
    long MOST_BYTES = 262_144_000;

    /** Blocking; reads no content. */
    static Snapshot of(Path source) {
        try {
            Survey survey = new Survey();
            Files.walkFileTree(source, survey);
            return survey.isTooMuch() ? new TooMuch() : new Content(Map.copyOf(survey.files));
        } catch (NoSuchFileException gone) {
            return new Vanished();
        } catch (IOException failed) {
            return new Unreadable(failed.toString());
        }
    }

    /** @param files of a folder all that are in it, of a file just that; those that are links as what they lead to */
    record Content(Map<Path, Stamp> files) implements Snapshot {}

    record Stamp(long size, FileTime modified, boolean isExecutable) {}

    /** Nothing is there. */
    record Vanished() implements Snapshot {}

    /** More files or bytes than are watched. */
    record TooMuch() implements Snapshot {}

    record Unreadable(String reason) implements Snapshot {}

    final class Survey extends SimpleFileVisitor<Path> {
        private final Map<Path, Stamp> files = new HashMap<>();
        private boolean isRoot = true;
        private long bytes;

        boolean isTooMuch() {
            return files.size() > MOST_FILES || bytes > MOST_BYTES;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            isRoot = false;
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            try {
                add(file, attributes.isSymbolicLink() ? followed(file) : attributes);
            } catch (NoSuchFileException gone) {
                return visitFileFailed(file, gone);
            }
            return isTooMuch() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        /** In a folder that is being written, files come and go while it is read; those that went are not in it. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (isRoot || !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            return FileVisitResult.CONTINUE;
        }

        private static BasicFileAttributes followed(Path link) throws IOException {
            return Files.readAttributes(link, BasicFileAttributes.class);
        }

        private void add(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                bytes += attributes.size();
                files.put(file, new Stamp(attributes.size(), attributes.lastModifiedTime(), Files.isExecutable(file)));
            }
        }
    }
}
