package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Edit;
import io.millrace.deadletter.EditPlan;
import io.millrace.deadletter.ReadableBody;
import io.millrace.deadletter.RedriveJobs;
import io.millrace.deadletter.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "edit",
        mixinStandardHelpOptions = true,
        description = "Makes a new message of one dead letter, shows what differs, and sends it where the old one "
                + "died; the old one is gone in the same instant. Without options, $EDITOR opens with its body.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class EditCommand implements Callable<Integer> {
    @Mixin
    private final DeadLetterSession session;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "Where it lies.")
    private String queue;

    @Parameters(index = "1", paramLabel = "ID", description = "Its id, as list shows it.")
    private String id;

    @Option(
            names = "--set-header",
            paramLabel = "NAME=VALUE",
            description = "Sets a property, or content-type, subject, correlation-id or reply-to; several times.")
    private List<String> headers = List.of();

    @Option(
            names = "--set-json",
            paramLabel = "/POINTER=VALUE",
            description = "Sets a value in the JSON body: JSON, else text; several times.")
    private List<String> json = List.of();

    @Option(names = "--body-file", paramLabel = "FILE", description = "The new body, byte for byte.")
    private @Nullable Path bodyFile;

    @Option(names = "--to", paramLabel = "TARGET", description = "A function or queue that gets it instead.")
    private @Nullable String target;

    @Option(names = "--dry-run", description = "Only show what differs.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    EditCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean inEditor = headers.isEmpty() && json.isEmpty() && bodyFile == null;
        if (inEditor && !session.terminal().interactive()) {
            throw session.misuse("expected --set-header, --set-json or --body-file, as there is no terminal");
        }
        if (!dryRun && !yes && !session.terminal().interactive()) {
            throw new RefusedException("nobody to ask here: add --yes to edit, or --dry-run to see what would differ");
        }
        Map<String, String> newHeaders = pairs("--set-header", headers);
        Map<String, String> newJson = pairs("--set-json", json);
        return session.with(queue, (deadLetters, from) -> {
            Optional<byte[]> body = inEditor ? Optional.of(edited(deadLetters, from)) : bodyFile();
            return edit(deadLetters.jobs(), from, new Edit(newHeaders, newJson, body));
        });
    }

    private int edit(RedriveJobs jobs, DeadLetterQueue from, Edit edit) {
        EditPlan plan = jobs.planEdit(from, id, edit, Optional.ofNullable(target));
        List<String> differences = Differences.of(plan);
        if (!session.json()) {
            differences.forEach(line -> session.out().println(Rows.harmless(line)));
        }
        if (!dryRun) {
            confirm(plan);
            jobs.edit(from, plan);
        }
        tell(from, plan, differences);
        return ExitCodes.OK;
    }

    private Map<String, String> pairs(String option, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String each : given) {
            int equals = each.indexOf('=');
            if (equals < 1 || pairs.put(each.substring(0, equals), each.substring(equals + 1)) != null) {
                throw session.misuse(option + " is '" + each + "', expected NAME=VALUE, each name once");
            }
        }
        return pairs;
    }

    private Optional<byte[]> bodyFile() {
        Path file = bodyFile;
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            throw new RefusedException("file '" + file + "' cannot be read; nothing was changed");
        }
    }

    private byte[] edited(DeadLetters deadLetters, DeadLetterQueue from) {
        DeadLetter letter = deadLetters
                .show(from, id)
                .orElseThrow(() -> new RefusedException("no dead letter '" + id + "' in " + from.name()));
        ReadableBody body = ReadableBody.of(letter);
        if (body.kind() != ReadableBody.Kind.JSON && body.kind() != ReadableBody.Kind.TEXT) {
            throw new RefusedException(
                    "the body of '" + id + "' is " + body.kind() + ", expected text; use --body-file");
        }
        byte[] readable = body.text().getBytes(StandardCharsets.UTF_8);
        byte[] saved = new Editor(session.terminal().editor()).edit(readable);
        if (Arrays.equals(saved, readable)) {
            throw new RefusedException("nothing was changed in the editor; nothing was sent");
        }
        if (body.kind() == ReadableBody.Kind.JSON) {
            requireJson(saved);
        }
        return saved;
    }

    // A slip of the editor would die again at once; who wants it otherwise has --body-file.
    private static void requireJson(byte[] saved) {
        try {
            Words.parse(saved);
        } catch (IOException notJson) {
            throw new RefusedException("what the editor saved is no JSON, as the body was; nothing was changed, use "
                    + "--body-file for another kind of body");
        }
    }

    private void confirm(EditPlan plan) {
        if (!yes && !session.confirms("Replace it by this, in " + plan.target() + "?")) {
            throw new RefusedException("nothing was changed");
        }
    }

    private void tell(DeadLetterQueue from, EditPlan plan, List<String> differences) {
        if (session.json()) {
            var line = Words.object()
                    .put("queue", from.name())
                    .put("dryRun", dryRun)
                    .put("id", plan.before().id())
                    .put("newId", dryRun ? null : plan.after().id())
                    .put("target", plan.target());
            var differing = line.putArray("differences");
            differences.forEach(differing::add);
            session.tell(line);
        } else if (!dryRun) {
            session.tell("Replaced " + plan.before().id() + " of " + from.name() + " by "
                    + plan.after().id() + " in " + plan.target());
        }
    }
}
