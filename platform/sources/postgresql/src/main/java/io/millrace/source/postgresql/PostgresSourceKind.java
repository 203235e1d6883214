package io.millrace.source.postgresql;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.SourceDescription;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Outboxes in PostgreSQL by their ARN; where the database is and who reads it is a secret that
 * {@code SourceAccessConfigurations} name. Thread-safe.
 */
public final class PostgresSourceKind implements EventSourceKind {
    private static final String SERVICE = "postgresql";

    private final Duration lookEvery;

    public PostgresSourceKind() {
        this(Duration.ofSeconds(1));
    }

    /** @param lookEvery so long a change waits whose writer did not wake anyone */
    PostgresSourceKind(Duration lookEvery) {
        this.lookEvery = lookEvery;
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().equals(Optional.of(SERVICE));
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        OutboxName outbox = OutboxName.parse(source.arn().orElseThrow());
        Login login = Login.of(source.accessConfigurations());
        Failures failures = new Failures(login, outbox);
        try {
            return PostgresSource.open(login, outbox, failures, source, checkpoints, lookEvery);
        } catch (SQLException failed) {
            throw failures.whenOpened(failed);
        }
    }
}
