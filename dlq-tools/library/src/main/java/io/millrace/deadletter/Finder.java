package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the broker which messages of a queue are meant, a batch at a time and in the queue's order: by the selection's
 * own selector where that says all, else by the ids of those that were looked at. One caller at a time.
 */
final class Finder {
    // IN takes texts only, and of ORs the broker tries one after the other.
    private static final int MOST_NUMBERS = 100;

    private final AsyncDeadLetters letters;
    private final String queue;
    private final Selection selection;
    private final Deque<DeadLetter> found = new ArrayDeque<>();
    private @Nullable DeadLetterCursor cursor;
    private boolean atEnd;

    Finder(AsyncDeadLetters letters, String queue, Selection selection) {
        this.letters = letters;
        this.queue = queue;
        this.selection = selection;
    }

    /** Whether the selector says all; then each batch is the same, until nothing matches it any more. */
    boolean isForBroker() {
        return selection.rest().isEmpty();
    }

    /** A selector for the next few; empty where there are no more. */
    Future<Optional<String>> next(int limit) {
        if (isForBroker()) {
            return Future.succeededFuture(Optional.of(selection.selector()));
        }
        return opened().compose(open -> Steps.repeat(() -> fill(open, limit))).map(filled -> batch(limit));
    }

    private Future<DeadLetterCursor> opened() {
        DeadLetterCursor open = cursor;
        if (open != null) {
            return Future.succeededFuture(open);
        }
        return letters.queueNamed(queue).map(of -> {
            DeadLetterCursor opening = letters.cursor(of, selection, Look.HEADS);
            cursor = opening;
            return opening;
        });
    }

    private Future<Boolean> fill(DeadLetterCursor open, int limit) {
        if (atEnd || found.size() >= limit) {
            return Future.succeededFuture(false);
        }
        return open.next().map(page -> {
            atEnd = page.isEmpty();
            page.stream()
                    .filter(letter -> !(selection.readsBody() && letter.isCut()))
                    .filter(selection.rest().orElseThrow())
                    .filter(letter -> !letter.id().isEmpty())
                    .forEach(found::add);
            return true;
        });
    }

    private Optional<String> batch(int limit) {
        List<String> numbers = new ArrayList<>();
        List<String> requests = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < limit && !found.isEmpty() && numbers.size() < MOST_NUMBERS; i++) {
            DeadLetter letter = found.remove();
            if (letter.brokerNumber().isPresent()) {
                numbers.add(CutOff.NUMBER + " = " + letter.brokerNumber().getAsLong());
            } else if (letter.properties().containsKey(EventProperties.REQUEST_ID)) {
                requests.add(Selection.quoted(letter.id()));
            } else {
                messages.add(Selection.quoted(letter.id().startsWith("ID:") ? letter.id() : "ID:" + letter.id()));
            }
        }
        String any = List.of(
                        String.join(" OR ", numbers),
                        in(EventProperties.REQUEST_ID, requests),
                        in("AMQUserID", messages))
                .stream()
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" OR "));
        return any.isEmpty() ? Optional.empty() : Optional.of(Selectors.all(any, selection.selector()));
    }

    private static String in(String property, List<String> values) {
        return values.isEmpty() ? "" : property + " IN (" + String.join(", ", values) + ")";
    }

    void close() {
        DeadLetterCursor open = cursor;
        cursor = null;
        if (open != null) {
            open.close();
        }
    }
}
