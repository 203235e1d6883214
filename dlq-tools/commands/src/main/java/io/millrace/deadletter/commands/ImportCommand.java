package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.ExportedDeadLetter;
import io.millrace.deadletter.Import;
import io.millrace.deadletter.RedriveJobs;
import io.millrace.deadletter.RefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Puts exported dead letters into a queue, each once: killed midway, run it again.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ImportCommand implements Callable<Integer> {
    private static final int BATCH = 200;
    private static final long BATCH_CHARACTERS = 16 << 20;

    @Mixin
    private final DeadLetterSession session;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "The dead-letter queue that gets them.")
    private String queue;

    @Parameters(index = "1", paramLabel = "FILE", description = "What export wrote; - for standard input.")
    private Path file;

    @Option(names = "--dry-run", description = "Only read the file and say what is in it.")
    private boolean dryRun;

    private long lines;
    private long added;

    ImportCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(this::read);
    }

    private int read(DeadLetters deadLetters) {
        try (BufferedReader reader = open()) {
            DeadLetterQueue into = deadLetters.queue(queue);
            RedriveJobs jobs = deadLetters.jobs();
            Import running = jobs.importInto(into);
            StatusLine status = session.status();
            List<ExportedDeadLetter> batch = next(reader);
            while (!batch.isEmpty()) {
                added += dryRun ? 0 : jobs.add(running, batch);
                status.show(lines + " read, " + added + " imported into " + into.name());
                batch = next(reader);
            }
            status.clear();
            tell(into);
            return ExitCodes.OK;
        } catch (NoSuchFileException missing) {
            throw new RefusedException("file '" + file + "' does not exist; nothing was imported");
        } catch (IOException unreadable) {
            throw new RefusedException("file '" + file + "' cannot be read: " + unreadable.getMessage() + "; " + added
                    + " dead letters were imported before");
        }
    }

    private BufferedReader open() throws IOException {
        return file.toString().equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(file, StandardCharsets.UTF_8);
    }

    private List<ExportedDeadLetter> next(BufferedReader reader) throws IOException {
        List<ExportedDeadLetter> batch = new ArrayList<>();
        long characters = 0;
        while (batch.size() < BATCH && characters < BATCH_CHARACTERS) {
            String line = reader.readLine();
            if (line == null) {
                return batch;
            }
            lines++;
            characters += line.length();
            batch.add(parse(line));
        }
        return batch;
    }

    private ExportedDeadLetter parse(String line) {
        try {
            return ExportedDeadLetter.parse(line);
        } catch (IllegalArgumentException wrong) {
            throw new RefusedException("line " + lines + " of '" + file + "': " + wrong.getMessage() + "; " + added
                    + " dead letters were imported before");
        }
    }

    private void tell(DeadLetterQueue into) {
        if (session.json()) {
            session.tell(Words.object()
                    .put("queue", into.name())
                    .put("dryRun", dryRun)
                    .put("read", lines)
                    .put("imported", added)
                    .put("alreadyThere", dryRun ? 0 : lines - added));
        } else if (dryRun) {
            session.tell("Would import " + JobRun.count(lines) + " into " + into.name());
        } else {
            session.tell("Imported " + JobRun.count(added) + " into " + into.name()
                    + (lines == added ? "" : ", " + (lines - added) + " were there already"));
        }
    }
}
