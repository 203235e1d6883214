package io.millrace.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a command is given to send: words on its line, a file, or standard input as {@code -}. */
record Input(@Nullable String text, @Nullable Path file) {
    private static final String STANDARD_INPUT = "-";

    boolean isAbsent() {
        return text == null && file == null;
    }

    boolean isDouble() {
        return text != null && file != null;
    }

    /** All of it. */
    byte[] bytes() {
        try (InputStream stream = stream()) {
            return stream.readAllBytes();
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    /** To be closed; standard input stays open. */
    InputStream stream() {
        try {
            if (file != null && !file.toString().equals(STANDARD_INPUT)) {
                return Files.newInputStream(file);
            }
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
        if (text == null || text.equals(STANDARD_INPUT)) {
            return System.in;
        }
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    CommandFailedException unreadable(IOException why) {
        String reason = why instanceof NoSuchFileException ? "there is no such file" : why.toString();
        return new CommandFailedException("'" + (file == null ? STANDARD_INPUT : file) + "' cannot be read: " + reason);
    }
}
