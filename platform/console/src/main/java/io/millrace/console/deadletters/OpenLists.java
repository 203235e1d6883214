package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.AsyncDeadLetters;
import io.millrace.deadletter.DeadLetterPages;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.Selection;
import io.millrace.runtime.door.DoorRefusedException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists that somebody is reading, each at its place in a queue; a cursor names one. One that nobody asks for more for a
 * minute is closed, and of too many the one that was left for longest. Event loop only.
 */
final class OpenLists {
    private static final int MOST_OPEN = 8;
    private static final long LEFT_NANOS = Duration.ofSeconds(60).toNanos();
    private static final long LOOK_MILLIS = 10_000;
    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 200;
    /** Then a page is answered with what there is, so that whoever looks sees that it goes on. */
    private static final Duration PATIENCE = Duration.ofMillis(600);

    private static final Set<String> KNOWN = Set.of("queue", "selection", "limit", "cursor");

    private final LazyDeadLetters broker;
    private final Queues queues;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, OpenList> open = new LinkedHashMap<>(16, 0.75f, true);

    OpenLists(Vertx vertx, LazyDeadLetters broker, Queues queues) {
        this.broker = broker;
        this.queues = queues;
        vertx.setPeriodic(LOOK_MILLIS, tick -> closeLeft());
    }

    private static final class OpenList {
        private final DeadLetterPages pages;
        private final DeadLetterQueue queue;
        private long askedNanos = System.nanoTime();
        private boolean isBusy;

        OpenList(DeadLetterPages pages, DeadLetterQueue queue) {
            this.pages = pages;
            this.queue = queue;
        }
    }

    /** The first few of a queue, or the next few of a list; with a cursor where there are more. */
    Future<ObjectNode> letters(byte[] body) {
        Asked asked = Asked.of(body, KNOWN);
        int limit = (int) asked.number("limit", PAGE, 1, LARGEST_PAGE);
        if (asked.has("cursor")) {
            if (asked.has("queue") || asked.has("selection")) {
                throw DoorRefusedException.invalid(
                        "a cursor knows its queue and selection, expected no others beside it");
            }
            return next(asked.text("cursor"), limit);
        }
        Selection selection = AskedSelection.of(asked);
        return queues.named(asked.text("queue"))
                .compose(queue -> broker.open().map(letters -> opened(letters, queue, selection)))
                .compose(cursor -> next(cursor, limit));
    }

    private String opened(AsyncDeadLetters letters, DeadLetterQueue queue, Selection selection) {
        makeRoom();
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        String cursor = HexFormat.of().formatHex(bytes);
        open.put(cursor, new OpenList(letters.pages(queue, selection, Look.HEADS), queue));
        return cursor;
    }

    private void makeRoom() {
        List<String> idle = open.entrySet().stream()
                .filter(entry -> !entry.getValue().isBusy)
                .map(Map.Entry::getKey)
                .toList();
        if (open.size() >= MOST_OPEN && idle.isEmpty()) {
            throw Words.busy(MOST_OPEN + " lists of dead letters are being read, expected fewer; try again later");
        }
        for (int i = 0; open.size() >= MOST_OPEN; i++) {
            close(idle.get(i));
        }
    }

    private Future<ObjectNode> next(String cursor, int limit) {
        OpenList list = open.get(cursor);
        if (list == null) {
            throw new DoorRefusedException(
                    410,
                    "CursorExpiredException",
                    "the list was left for more than "
                            + Duration.ofNanos(LEFT_NANOS).toSeconds() + " s and is closed; start again from its top");
        }
        if (list.isBusy) {
            throw Words.busy("this list is being read, expected one page at a time");
        }
        list.isBusy = true;
        return list.pages
                .next(limit, PATIENCE)
                .onComplete(done -> {
                    list.isBusy = false;
                    list.askedNanos = System.nanoTime();
                    if (done.failed() || done.result().atEnd()) {
                        close(cursor);
                    }
                })
                .map(page -> json(list, cursor, page));
    }

    private static ObjectNode json(OpenList list, String cursor, DeadLetterPages.Page page) {
        ObjectNode node = Words.object()
                .put("queue", list.queue.name())
                .put("visible", list.queue.visible())
                .put("looked", page.looked())
                .put("cursor", page.atEnd() ? null : cursor);
        ArrayNode letters = node.putArray("letters");
        page.letters().forEach(letter -> letters.add(Words.row(letter)));
        return node;
    }

    private void closeLeft() {
        long now = System.nanoTime();
        open.entrySet().stream()
                .filter(entry -> !entry.getValue().isBusy && now - entry.getValue().askedNanos > LEFT_NANOS)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::close);
    }

    private void close(String cursor) {
        OpenList list = open.remove(cursor);
        if (list != null) {
            list.pages.close();
        }
    }
}
