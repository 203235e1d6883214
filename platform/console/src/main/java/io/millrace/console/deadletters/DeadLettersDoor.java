package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.deadletter.JobState;
import io.millrace.deadletter.RefusedException;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.door.DoorRequest;
import io.millrace.runtime.door.Doorway;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code /_millrace/dead-letters/...}: what the dead-letter page asks for. What says which dead letters are meant comes
 * in bodies, never in addresses, as it may say something of theirs. Opens nothing before the first request.
 */
public final class DeadLettersDoor implements Door {
    private static final String PATH = "/_millrace/dead-letters/";
    private static final String LOOK = "millrace:GetDeadLetters";
    private static final String REDRIVE = "millrace:RedriveDeadLetters";
    private static final String EDIT = "millrace:EditDeadLetter";
    private static final int QUESTION_BYTES = 64 << 10;
    private static final int EDIT_BYTES = 8 << 20; // A byte of the body may be six in JSON.
    private static final String NOBODY = "console";

    private @Nullable CompletableFuture<Desk> desk;

    @Override
    public void mount(Doorway doorway) {
        get(doorway, "broker", request -> Future.succeededFuture(broker(doorway)));
        get(doorway, "queues", request -> on(doorway, at -> at.queues().overview()));
        post(doorway, "groups", LOOK, (at, asked) -> at.scans().groups(asked.body()));
        post(doorway, "letters", LOOK, (at, asked) -> at.lists().letters(asked.body()));
        get(doorway, "letter", request -> {
            LetterName name = LetterName.of(request);
            return on(doorway, at -> at.letter().show(name.queue(), name.id()));
        });
        guarded(doorway, HttpMethod.GET, "letter/body", LOOK, request -> {
            LetterName name = LetterName.of(request);
            return on(doorway, at -> at.letter().download(name.queue(), name.id()));
        });
        post(doorway, "plan", LOOK, (at, asked) -> at.plans().plan(asked.body(), asked.who()));
        post(doorway, "edit/preview", LOOK, (at, asked) -> at.edits().preview(asked.body()));
        post(doorway, "edit", EDIT, (at, asked) -> at.edits().apply(asked.body()));
        mountJobs(doorway);
        doorway.onClose(this::close);
    }

    // At once: a page wants it for the command lines that it shows.
    private static ObjectNode broker(Doorway doorway) {
        return Words.object().put("broker", doorway.broker().toString());
    }

    private void mountJobs(Doorway doorway) {
        get(doorway, "jobs", request -> on(doorway, at -> at.jobs().all()));
        post(doorway, "jobs", REDRIVE, (at, asked) -> at.jobs().start(asked.body(), asked.who()));
        get(doorway, "jobs/:Job", request -> {
            String id = request.path("Job");
            return on(doorway, at -> at.jobs().show(id));
        });
        change(doorway, "pause", (at, id) -> at.jobs().end(id, JobState.PAUSED));
        change(doorway, "cancel", (at, id) -> at.jobs().end(id, JobState.CANCELLED));
        change(doorway, "resume", (at, id) -> at.jobs().resume(id));
        change(doorway, "undo", (at, id) -> at.jobs().undo(id));
    }

    /** @param who is written down as who asked */
    @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
    private record Question(byte[] body, String who) {}

    private interface ToQuestion {
        Future<ObjectNode> answer(Desk at, Question asked);
    }

    private interface ToJob {
        Future<ObjectNode> answer(Desk at, String id);
    }

    private record LetterName(String queue, String id) {
        static LetterName of(DoorRequest request) {
            return new LetterName(required(request, "queue"), required(request, "id"));
        }

        private static String required(DoorRequest request, String name) {
            return request.query(name)
                    .filter(text -> !text.isEmpty())
                    .orElseThrow(() -> DoorRefusedException.invalid(
                            "the query has no " + name + ", expected queue and id of a dead letter"));
        }
    }

    private static void get(Doorway doorway, String path, Function<DoorRequest, Future<ObjectNode>> answer) {
        guarded(doorway, HttpMethod.GET, path, LOOK, request -> answer.apply(request)
                .map(DeadLettersDoor::ok));
    }

    private void post(Doorway doorway, String path, String action, ToQuestion answer) {
        int limit = path.startsWith("edit") ? EDIT_BYTES : QUESTION_BYTES;
        guarded(doorway, HttpMethod.POST, path, action, request -> {
            String who = request.user().orElse(NOBODY);
            return request.body(limit)
                    .compose(body -> on(doorway, at -> answer.answer(at, new Question(body, who))))
                    .map(DeadLettersDoor::ok);
        });
    }

    private void change(Doorway doorway, String change, ToJob answer) {
        guarded(doorway, HttpMethod.POST, "jobs/:Job/" + change, REDRIVE, request -> {
            String id = request.path("Job");
            return on(doorway, at -> answer.answer(at, id)).map(DeadLettersDoor::ok);
        });
    }

    private static void guarded(
            Doorway doorway,
            HttpMethod method,
            String path,
            String action,
            Function<DoorRequest, Future<DoorAnswer>> answer) {
        doorway.guarded(method, PATH + path, action, request -> answer.apply(request)
                .recover(failure -> Future.failedFuture(refusal(failure))));
    }

    private static Throwable refusal(Throwable failure) {
        return failure instanceof RefusedException || failure instanceof BrokerRefusedException
                ? DoorRefusedException.conflict(String.valueOf(failure.getMessage()))
                : failure;
    }

    private static DoorAnswer ok(ObjectNode body) {
        return DoorAnswer.json(200, body);
    }

    private <T> Future<T> on(Doorway doorway, Function<Desk, Future<T>> work) {
        CompletableFuture<Desk> opened = desk(doorway.broker());
        Context asker = Vertx.currentContext();
        Future<Desk> there =
                asker == null ? Future.fromCompletionStage(opened) : Future.fromCompletionStage(opened, asker);
        return there.compose(at -> at.run(work));
    }

    private synchronized CompletableFuture<Desk> desk(BrokerAddress broker) {
        CompletableFuture<Desk> known = desk;
        if (known == null) {
            // On a thread of its own: making a desk takes longer than an event loop may be kept.
            known = CompletableFuture.supplyAsync(
                    () -> Desk.open(broker), task -> new Thread(task, "millrace-dead-letters-open").start());
            desk = known;
        }
        return known;
    }

    private synchronized Future<Void> close() {
        CompletableFuture<Desk> known = desk;
        return known == null
                ? Future.succeededFuture()
                : Future.fromCompletionStage(known).compose(Desk::close);
    }
}
