package io.millrace.broker.delivery;

import io.vertx.core.Context;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Hands things from any thread to one event loop, many in one turn: waking the loop for each would cost more than the
 * work itself. {@link #add} is thread-safe.
 */
public final class Mailbox<T> {
    private final Queue<T> items = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Context context;
    private final Consumer<T> each;
    private final Runnable afterTurn;
    private boolean held;

    /** @param afterTurn runs once after each turn that had items */
    public Mailbox(Context context, Consumer<T> each, Runnable afterTurn) {
        this.context = context;
        this.each = each;
        this.afterTurn = afterTurn;
    }

    public void add(T item) {
        items.add(item);
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            context.runOnContext(turn -> {
                scheduled.set(false);
                drain();
            });
        }
    }

    /** Keeps what comes in until {@link #release}. Event loop only. */
    public void hold() {
        held = true;
    }

    /** Goes on, with what came in meanwhile. Event loop only. */
    public void release() {
        held = false;
        drain();
    }

    private void drain() {
        T item = held ? null : items.poll();
        if (item == null) {
            return;
        }
        while (item != null) {
            each.accept(item);
            item = items.poll();
        }
        afterTurn.run();
    }
}
