package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.ExportedDeadLetter;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.RefusedException;
import io.millrace.deadletter.ScanResult;
import io.millrace.deadletter.Selection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Writes dead letters as lines of JSON, each with the exact bytes of its message, which import reads."
                        + " Changes nothing in the queue.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ExportCommand implements Callable<Integer> {
    private static final int STATUS_EVERY = 1_000;

    @Mixin
    private final DeadLetterSession session;

    @Mixin
    private SelectionOptions selection;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Option(names = "--to", paramLabel = "FILE", description = "Where to; without it, to standard output.")
    private @Nullable Path file;

    @Option(names = "--force", description = "Replace the file if it exists.")
    private boolean force;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, at least 1. Default: all.")
    private long limit = Long.MAX_VALUE;

    private long written;

    ExportCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.requireLimit(limit);
        if (force && file == null) {
            throw session.misuse("--force needs --to FILE");
        }
        Selection chosen = selection.selection();
        return session.with(queue, (deadLetters, of) -> {
            ScanResult scan =
                    file == null ? toStandardOutput(deadLetters, of, chosen) : toFile(deadLetters, of, chosen, file);
            return ExitCodes.of(scan, !chosen.equals(Selection.ALL));
        });
    }

    private ScanResult toStandardOutput(DeadLetters deadLetters, DeadLetterQueue of, Selection chosen) {
        PrintWriter out = session.out();
        ScanResult scan = export(deadLetters, of, chosen, letter -> {
            write(out, letter);
            if (out.checkError()) {
                throw new RefusedException("standard output was closed after " + written + " dead letters");
            }
        });
        out.flush();
        tell(session.err(), of, "standard output", scan);
        return scan;
    }

    private ScanResult toFile(DeadLetters deadLetters, DeadLetterQueue of, Selection chosen, Path to) {
        OpenOption[] options = force
                ? new OpenOption[] {
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
                }
                : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
        StatusLine status = session.status();
        try (var writer = Files.newBufferedWriter(to, StandardCharsets.UTF_8, options)) {
            ScanResult scan = export(deadLetters, of, chosen, letter -> {
                write(writer, letter);
                if (written % STATUS_EVERY == 0) {
                    status.show(written + " of " + of.visible() + " written to " + to);
                }
            });
            status.clear();
            if (session.json()) {
                tellJson(of, to, scan);
            } else {
                tell(session.out(), of, to.toString(), scan);
            }
            return scan;
        } catch (FileAlreadyExistsException exists) {
            throw new RefusedException("file '" + to + "' exists; nothing was written, --force replaces it");
        } catch (IOException | UncheckedIOException failed) {
            throw new RefusedException("file '" + to + "' cannot be written: " + failed.getMessage() + "; " + written
                    + " dead letters were written before");
        }
    }

    private static void write(Writer writer, ExportedDeadLetter letter) {
        try {
            letter.writeTo(writer);
            // Not that of the system, which differs.
            writer.write('\n');
        } catch (IOException failed) {
            throw new UncheckedIOException(failed.getMessage(), failed);
        }
    }

    private ScanResult export(
            DeadLetters deadLetters, DeadLetterQueue of, Selection chosen, Consumer<ExportedDeadLetter> sink) {
        return deadLetters.scan(of, chosen, Look.WHOLE.atMost(limit), letter -> export(letter, sink));
    }

    private void export(DeadLetter letter, Consumer<ExportedDeadLetter> sink) {
        sink.accept(ExportedDeadLetter.of(letter));
        written++;
    }

    private void tell(PrintWriter to, DeadLetterQueue of, String where, ScanResult scan) {
        to.println("Exported " + written + (written == 1 ? " dead letter" : " dead letters") + " of " + of.name()
                + " to " + where + "; " + Words.quality(scan));
        to.flush();
    }

    private void tellJson(DeadLetterQueue of, Path to, ScanResult scan) {
        session.tell(Words.object()
                .put("queue", of.name())
                .put("file", to.toString())
                .put("exported", written)
                .setAll(Words.json(scan)));
    }
}
