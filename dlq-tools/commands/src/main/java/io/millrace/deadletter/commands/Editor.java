package io.millrace.deadletter.commands;

import io.millrace.deadletter.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The user's own editor, on a file that only they can read and that is gone afterwards. */
final class Editor {
    private final String command;

    /** @param command may have arguments */
    Editor(String command) {
        this.command = command;
    }

    /** Blocks until it ends. */
    byte[] edit(byte[] text) {
        try {
            // For its owner only, as the JDK makes them where the file system knows of owners.
            Path file = Files.createTempFile("dead-letter-", ".txt");
            try {
                Files.write(file, text);
                // By a shell, as it may have arguments.
                int exit = new ProcessBuilder("/bin/sh", "-c", command + " \"$1\"", "sh", file.toString())
                        .inheritIO()
                        .start()
                        .waitFor();
                if (exit != 0) {
                    throw new RefusedException(
                            "editor '" + command + "' ended with " + exit + ", expected 0; nothing was changed");
                }
                return withoutNewEnd(text, Files.readAllBytes(file));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new RefusedException(
                    "editor '" + command + "' cannot be run: " + failed.getMessage() + "; nothing was changed");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted while the editor was open; nothing was changed");
        }
    }

    // Most editors end the last line, whether or not anybody asked for it.
    private static byte[] withoutNewEnd(byte[] before, byte[] saved) {
        boolean isNew = endsLine(saved) && !endsLine(before);
        return isNew ? Arrays.copyOf(saved, saved.length - 1) : saved;
    }

    private static boolean endsLine(byte[] text) {
        return text.length > 0 && text[text.length - 1] == '\n';
    }
}
