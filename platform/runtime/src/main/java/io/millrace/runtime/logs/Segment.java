package io.millrace.runtime.logs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of a function's log. What a server that was killed left unfinished at its end is never added to: each run of
 * the server begins a file of its own.
 *
 * @param number the time in ms at which it was begun, or a little more, so that numbers grow and none comes twice
 */
record Segment(long number, Path file) {
    private static final Pattern NAME = Pattern.compile("(\\d{16})\\.jsonl");

    static Segment of(Path directory, long number) {
        return new Segment(number, directory.resolve("%016d.jsonl".formatted(number)));
    }

    /** Those in a directory, oldest first; none if there is no such directory. */
    static List<Segment> in(Path directory) throws IOException {
        List<Segment> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    found.add(new Segment(Long.parseLong(name.group(1)), file));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException nothingYet) {
            return List.of();
        }
        found.sort(Comparator.comparingLong(Segment::number));
        return found;
    }
}
