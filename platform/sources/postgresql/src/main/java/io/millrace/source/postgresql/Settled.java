package io.millrace.source.postgresql;

import java.sql.SQLException;
import java.util.Optional;

/**
 * Up to which number each change is visible, or will never be. A number is drawn by a transaction that has its id
 * already; so what was drawn before a look at the ids is settled when all transactions are over whose ids had been given
 * at that look. For one thread.
 */
final class Settled {
    private long number;
    private Optional<Fence> fence = Optional.empty();

    /**
     * @param number drawn by transactions below {@code transaction}, as are all lower ones
     */
    record Fence(long number, long transaction) {}

    /** @param number settled already */
    Settled(long number) {
        this.number = number;
    }

    long number() {
        return number;
    }

    /** What is waited for. */
    Optional<Fence> fence() {
        return fence;
    }

    /** @param drawn the last number, asked for by a statement before those of this look */
    void look(long drawn, OutboxConnection outbox) throws SQLException {
        if (fence.isEmpty() && drawn <= number) {
            return;
        }
        Horizon horizon = outbox.horizon();
        Fence next = fence.orElseGet(() -> new Fence(drawn, horizon.next()));
        boolean isOver = horizon.oldest() >= next.transaction();
        number = isOver ? next.number() : number;
        fence = isOver ? Optional.empty() : Optional.of(next);
    }
}
