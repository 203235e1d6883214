package io.millrace.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The files of the pages, from the class path. Thread-safe; a file is read once. */
final class ConsoleFiles {
    /** No dots but the one of the type: nothing outside the folder can be named. */
    private static final Pattern NAME = Pattern.compile("(?:[a-z0-9-]+/)*[a-z0-9-]+\\.([a-z]+)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, ConsoleFile> read = new ConcurrentHashMap<>();

    /** @param etag with its quotation marks, of the content */
    @SuppressWarnings("ArrayRecordComponent") // Sent, never compared.
    record ConsoleFile(String contentType, String etag, byte[] content) {}

    /** Empty where it was not asked for yet, or is none. */
    Optional<ConsoleFile> inMemory(String name) {
        return Optional.ofNullable(read.get(name));
    }

    /** Whether there could be one of the name. */
    static boolean isName(String name) {
        var matcher = NAME.matcher(name);
        return matcher.matches() && TYPES.containsKey(matcher.group(1));
    }

    /** Blocks; empty if there is none of the name. */
    Optional<ConsoleFile> find(String name) {
        if (!isName(name)) {
            return Optional.empty();
        }
        try (InputStream stream = ConsoleFiles.class.getResourceAsStream("/console/" + name)) {
            if (stream == null) {
                return Optional.empty();
            }
            byte[] content = stream.readAllBytes();
            String type = String.valueOf(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
            ConsoleFile file = new ConsoleFile(type, '"' + sha256(content).substring(0, 32) + '"', content);
            read.put(name, file);
            return Optional.of(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("file " + name + " of the console cannot be read", unreadable);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
