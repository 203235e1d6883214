package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.Selection;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** One dead letter, to read and to download. Event loop only. */
final class OneLetter {
    private static final int READ_BYTES = 1 << 20;
    private static final int DOWNLOADED_BYTES = 32 << 20;

    private final LazyDeadLetters broker;
    private final Queues queues;

    OneLetter(LazyDeadLetters broker, Queues queues) {
        this.broker = broker;
        this.queues = queues;
    }

    Future<ObjectNode> show(String queue, String id) {
        return find(queue, id, READ_BYTES).map(Words::letter);
    }

    /** The bytes of its body as they are. */
    Future<DoorAnswer> download(String queue, String id) {
        return find(queue, id, DOWNLOADED_BYTES).map(letter -> {
            if (letter.isCut()) {
                throw new DoorRefusedException(
                        413,
                        "RequestEntityTooLargeException",
                        "dead letter '" + id + "' has " + letter.size() + " bytes, expected at most " + DOWNLOADED_BYTES
                                + "; millrace dlq export writes it to a file");
            }
            return DoorAnswer.of(200, "application/octet-stream", letter.body())
                    .withHeader("Content-Disposition", "attachment; filename=\"dead-letter-body\"");
        });
    }

    private Future<DeadLetter> find(String queue, String id, int bytes) {
        List<DeadLetter> found = new ArrayList<>();
        return queues.named(queue)
                .compose(of -> broker.open()
                        .compose(letters -> letters.scan(of, Selection.ofId(id), new Look(1, bytes), found::add)))
                .map(scanned -> found.stream()
                        .findFirst()
                        .orElseThrow(() -> DoorRefusedException.notFound("no dead letter '" + id + "' in " + queue
                                + ", expected one that is still there: it may have been redriven meanwhile")));
    }
}
