package io.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A data directory that nobody keeps. */
record ThrowawayData(Path path) {
    /** @param name with which its own begins */
    static ThrowawayData create(String name) {
        try {
            return new ThrowawayData(Files.createTempDirectory(name));
        } catch (IOException unusable) {
            throw new UncheckedIOException("no directory for throwaway data can be made", unusable);
        }
    }

    /** Does nothing if it is not there. */
    void delete() {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException left) {
            throw new UncheckedIOException("the throwaway data in " + path + " cannot be deleted", left);
        }
    }
}
