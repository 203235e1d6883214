package io.millrace.runtime.registry;

import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Uploaded archives, each in a file named by its SHA-256. Blocking; thread-safe. */
final class CodeStore {
    private final Path directory;

    CodeStore(Path directory) {
        this.directory = directory;
    }

    /**
     * On return the archive is on disk under its final name; a crash before leaves only a temporary file.
     *
     * @throws InvalidCode if it is not a readable zip, or too large when unpacked
     */
    CodeReference store(byte[] archive) throws IOException {
        CodeReference reference = CodeReference.of(archive);
        Path file = file(reference);
        if (!Files.exists(file)) {
            Path temporary = directory.resolve(UUID.randomUUID() + ".tmp");
            try {
                write(temporary, archive);
                ArchiveCheck.check(temporary);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                force(directory);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
        return reference;
    }

    /**
     * Checks as {@link #store} does, and keeps nothing.
     *
     * @param trial given the archive's file, which is gone when it returns
     * @throws InvalidCode if it is not a readable zip, or too large when unpacked
     */
    CodeReference examine(byte[] archive, Consumer<Path> trial) throws IOException {
        Path temporary = directory.resolve(UUID.randomUUID() + ".tmp");
        try {
            Files.write(temporary, archive, StandardOpenOption.CREATE_NEW);
            ArchiveCheck.check(temporary);
            trial.accept(temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return CodeReference.of(archive);
    }

    Path file(CodeReference reference) {
        return directory.resolve(reference.sha256());
    }

    /** @param sha256 as a caller wrote it */
    Optional<Path> find(String sha256) {
        return CodeReference.isSha256(sha256)
                ? Optional.of(directory.resolve(sha256)).filter(Files::exists)
                : Optional.empty();
    }

    /** Removes what no function refers to, and what a crash left half-written. */
    void retain(Set<String> sha256s) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!sha256s.contains(String.valueOf(file.getFileName()))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** A name is safe only once its directory is. */
    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
