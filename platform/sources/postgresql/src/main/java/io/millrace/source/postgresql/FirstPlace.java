package io.millrace.source.postgresql;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a mapping begins. Found out once and kept, so that a restart before the first commit skips nothing.
 *
 * @param after this number
 * @param pruned what was known then to be pruned, which nobody misses
 * @param since changes up to number {@code until} that were made earlier are left out
 */
record FirstPlace(long after, long pruned, Optional<Instant> since, long until) {
    private static final String SEPARATOR = " ";
    private static final int WITH_TIME = 4;

    /** With what is left. */
    static FirstPlace oldest(long pruned) {
        return new FirstPlace(0, pruned, Optional.empty(), 0);
    }

    static FirstPlace of(SourceDescription source, OutboxConnection outbox) throws SQLException {
        long drawn = outbox.lastNumber();
        long pruned = outbox.pruned();
        return switch (source.startingPosition().orElse(StartingPosition.TRIM_HORIZON)) {
            case TRIM_HORIZON -> oldest(pruned);
            case LATEST -> new FirstPlace(drawn, drawn, Optional.empty(), 0);
            case AT_TIMESTAMP -> new FirstPlace(0, pruned, source.startingTimestamp(), drawn);
        };
    }

    static FirstPlace parse(String text) {
        List<String> parts = List.of(text.split(SEPARATOR));
        boolean hasTime = parts.size() == WITH_TIME;
        return new FirstPlace(
                Long.parseLong(parts.get(0)),
                Long.parseLong(parts.get(1)),
                hasTime ? Optional.of(Instant.parse(parts.get(2))) : Optional.empty(),
                hasTime ? Long.parseLong(parts.get(3)) : 0);
    }

    String text() {
        return after
                + SEPARATOR
                + pruned
                + since.map(time -> SEPARATOR + time + SEPARATOR + until).orElse("");
    }
}
