package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.ExportedDeadLetter;
import io.millrace.deadletter.RefusedException;
import io.millrace.deadletter.Selection;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        description = "Deletes dead letters for good, after it wrote them to a file that import reads.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class PurgeCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Mixin
    private final DeadLetterSession session;

    @Mixin
    private SelectionOptions selection;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Option(
            names = "--confirm",
            paramLabel = "QUEUE",
            description = "The full name of the queue, typed here instead of when asked.")
    private @Nullable String confirm;

    @Option(
            names = "--export",
            paramLabel = "FILE",
            description = "Where they are written first. Default: QUEUE-TIME.jsonl in this directory.")
    private @Nullable Path export;

    @Option(names = "--no-export", description = "Write them nowhere: they are gone.")
    private boolean noExport;

    @Option(names = "--dry-run", description = "Only say what would be deleted.")
    private boolean dryRun;

    PurgeCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (noExport && export != null) {
            throw session.misuse("--export and --no-export exclude each other");
        }
        if (confirm == null && !dryRun && !session.terminal().interactive()) {
            throw new RefusedException(
                    "nobody to ask here: add --confirm QUEUE to delete, or --dry-run to see what would be");
        }
        Selection chosen = selection.selection();
        return session.with(queue, (deadLetters, from) -> confirmAndPurge(deadLetters, from, chosen));
    }

    private int confirmAndPurge(DeadLetters deadLetters, DeadLetterQueue from, Selection chosen) {
        long matching = deadLetters.jobs().count(from, chosen);
        if (matching == 0) {
            throw new RefusedException("no dead letters to purge in " + from.name());
        }
        long inFiles = toTell(session.json(), () -> deadLetters.jobs().count(from, inFiles(chosen)));
        if (dryRun) {
            tell(from, matching, Optional.empty(), true);
            tellLeft(inFiles);
            return ExitCodes.OK;
        }
        String typed = confirm == null ? ask(from, matching) : confirm;
        if (!typed.equals(from.name())) {
            throw new RefusedException("'" + typed + "' is not '" + from.name() + "'; nothing was deleted");
        }
        purge(deadLetters, from, chosen);
        tellLeft(inFiles);
        return ExitCodes.OK;
    }

    /** Nothing where nobody is told; it may take as long as the purge, which does not depend on it. */
    static long toTell(boolean json, LongSupplier count) {
        if (json) {
            return 0;
        }
        try {
            return count.getAsLong();
        } catch (RefusedException | BrokerUnavailableException | BrokerRefusedException untold) {
            return 0;
        }
    }

    /** Of the chosen: those whose body is not in their message. */
    private static Selection inFiles(Selection chosen) {
        String hasFile = EventProperties.PAYLOAD + " IS NOT NULL";
        return new Selection(
                chosen.ids(),
                chosen.errorType(),
                Optional.of(chosen.filter()
                        .map(filter -> "(" + filter + ") AND " + hasFile)
                        .orElse(hasFile)),
                chosen.period(),
                chosen.function(),
                chosen.version(),
                chosen.properties(),
                chosen.json(),
                chosen.bodyContains(),
                chosen.group());
    }

    // The files are not within reach here, and what was exported may be imported again.
    private void tellLeft(long inFiles) {
        if (inFiles > 0) {
            session.tell(inFiles + (inFiles == 1 ? " of them has its" : " of them have their")
                    + " body in a file of the server, which a start of it removes after payloads.orphanAge");
        }
    }

    private String ask(DeadLetterQueue from, long matching) {
        return session.ask(
                "Delete " + JobRun.count(matching) + " for good? Type the queue's name, " + from.name() + ": ");
    }

    private void purge(DeadLetters deadLetters, DeadLetterQueue from, Selection chosen) {
        if (noExport) {
            tell(from, deadLetters.jobs().purge(from, chosen), Optional.empty(), false);
            return;
        }
        Path file = export != null
                ? export
                : Path.of(from.name() + "-"
                        + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP) + ".jsonl");
        try (BufferedWriter writer = Files.newBufferedWriter(
                        file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long deleted =
                    deadLetters.jobs().purge(from, chosen, letter -> write(writer, letter), () -> onDisk(writer, disk));
            tell(from, deleted, Optional.of(file), false);
        } catch (FileAlreadyExistsException exists) {
            throw new RefusedException("file '" + file + "' exists; nothing was deleted, name another with --export");
        } catch (IOException | UncheckedIOException failed) {
            throw new RefusedException(
                    "file '" + file + "' cannot be written: " + failed.getMessage() + "; nothing was deleted");
        }
    }

    private static void write(BufferedWriter writer, DeadLetter letter) {
        try {
            writer.write(ExportedDeadLetter.of(letter).toJson());
            writer.write('\n');
        } catch (IOException failed) {
            throw new UncheckedIOException(failed.getMessage(), failed);
        }
    }

    // Before anything is deleted, as the machine may fail right then.
    private static void onDisk(BufferedWriter writer, FileChannel disk) {
        try {
            writer.flush();
            disk.force(true);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed.getMessage(), failed);
        }
    }

    private void tell(DeadLetterQueue from, long deleted, Optional<Path> file, boolean only) {
        if (session.json()) {
            session.tell(Words.object()
                    .put("queue", from.name())
                    .put("dryRun", only)
                    .put("matching", deleted)
                    .put("deleted", only ? 0 : deleted)
                    .put("file", file.map(Path::toString).orElse(null)));
        } else {
            session.tell((only ? "Would delete " : "Deleted ") + JobRun.count(deleted) + " of " + from.name()
                    + file.map(to -> "; they are in " + to).orElse(""));
        }
    }
}
