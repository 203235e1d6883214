package io.millrace.deadletter;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The dead letters of a queue a few at a time, from its head, for whoever comes back for more. Changes nothing; holds a
 * link to the broker and what it sent ahead, some 20 MB at most, until it is closed. One page at a time.
 */
public final class DeadLetterPages {
    private final DeadLetterCursor cursor;
    private final Walk walk;
    private final Deque<DeadLetter> ahead = new ArrayDeque<>();
    private boolean atEnd;

    DeadLetterPages(DeadLetterCursor cursor, Walk walk) {
        this.cursor = cursor;
        this.walk = walk;
    }

    /**
     * A few of those that match.
     *
     * @param looked how many were looked at for this page and all before it
     * @param atEnd whether there are no more
     */
    public record Page(List<DeadLetter> letters, long looked, boolean atEnd) {
        public Page {
            letters = List.copyOf(letters);
        }
    }

    /**
     * The next that match, {@code most} or fewer: those that were found when {@code patience} was over, which may be
     * none though more follow.
     */
    public Future<Page> next(int most, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        return Steps.repeat(() -> look(most, until)).map(done -> page(most));
    }

    private Future<Boolean> look(int most, long until) {
        if (atEnd || ahead.size() >= most) {
            return Future.succeededFuture(false);
        }
        return cursor.next().map(found -> {
            atEnd = !walk.visit(found, ahead::add);
            return System.nanoTime() < until;
        });
    }

    private Page page(int most) {
        List<DeadLetter> letters = new ArrayList<>();
        while (letters.size() < most && !ahead.isEmpty()) {
            letters.add(ahead.remove());
        }
        return new Page(letters, walk.seen(), atEnd && ahead.isEmpty());
    }

    /** Lets go of the broker's side. */
    public void close() {
        cursor.close();
    }
}
