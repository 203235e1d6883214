package io.millrace.runtime.mapping;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue of another service that is always empty. */
final class MemoryQueue implements MessageSource {
    private final Kind kind;

    private MemoryQueue(Kind kind) {
        this.kind = kind;
    }

    /** Of any source. */
    static final class Kind implements EventSourceKind {
        final AtomicInteger open = new AtomicInteger();
        volatile Duration hold = Duration.ofSeconds(30);

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public boolean isOf(SourceDescription source) {
            return true;
        }

        @Override
        public boolean isQueue() {
            return true;
        }

        @Override
        public EventSource open(SourceDescription source, Checkpoints checkpoints) {
            open.incrementAndGet();
            return new MemoryQueue(this);
        }
    }

    @Override
    public boolean isOrdered() {
        return false;
    }

    @Override
    public Duration hold() {
        return kind.hold;
    }

    @Override
    public List<SourceMessage> receive(int most, Duration patience) {
        return List.of();
    }

    @Override
    public void delete(List<SourceMessage> messages) {}

    @Override
    public void giveBack(List<SourceMessage> messages) {}

    @Override
    public void close() {
        kind.open.decrementAndGet();
    }
}
