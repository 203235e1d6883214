package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A queue of a kind that others wrote: whatever it throws means that it is away, as {@link GuardedSource} does it for
 * sources in partitions. Thread-safe as the source is.
 */
final class GuardedQueue {
    private final MessageSource source;
    private final boolean isOrdered;

    GuardedQueue(MessageSource source) {
        this.source = source;
        this.isOrdered = guarded("say whether it keeps order", source::isOrdered);
    }

    Duration hold() {
        return guarded("say how long messages are held", source::hold);
    }

    /** From memory. */
    boolean isOrdered() {
        return isOrdered;
    }

    List<SourceMessage> receive(int most, Duration patience) throws InterruptedException {
        try {
            return List.copyOf(source.receive(most, patience));
        } catch (SourceAwayException known) {
            throw known;
        } catch (RuntimeException mistake) { // The edge to code of others.
            throw away("receive", mistake);
        }
    }

    /** Whether a filter wants the message; making what filters see is the source's. */
    boolean matches(EventFilter filter, SourceMessage message) {
        return guarded("show a message to filters", () -> filter.matches(message.filterView()));
    }

    /** As filters see it. */
    ObjectNode view(SourceMessage message) {
        return guarded("show a message", message.filterView());
    }

    void delete(List<SourceMessage> messages) {
        guarded("delete", () -> {
            source.delete(messages);
            return true;
        });
    }

    void giveBack(List<SourceMessage> messages) {
        guarded("give back", () -> {
            source.giveBack(messages);
            return true;
        });
    }

    void close() {
        guarded("close", () -> {
            source.close();
            return true;
        });
    }

    private static <T> T guarded(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (SourceAwayException known) {
            throw known;
        } catch (RuntimeException mistake) { // The edge to code of others.
            throw away(what, mistake);
        }
    }

    private static SourceAwayException away(String what, RuntimeException mistake) {
        return new SourceAwayException("the source failed to " + what + ": " + mistake, mistake);
    }
}
