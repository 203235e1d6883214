package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A queue of another service: hands out what it is told to, once, and keeps what became of it. */
final class HandedQueue implements MessageSource {
    private final boolean isOrdered;
    private final BlockingQueue<List<SourceMessage>> offered = new LinkedBlockingQueue<>();
    /** Ids. */
    final List<String> deleted = new CopyOnWriteArrayList<>();

    final List<String> givenBack = new CopyOnWriteArrayList<>();

    HandedQueue(boolean isOrdered) {
        this.isOrdered = isOrdered;
    }

    /** Together. */
    void offer(SourceMessage... messages) {
        offered.add(List.of(messages));
    }

    boolean isEmpty() {
        return offered.isEmpty();
    }

    static SourceMessage message(int number, String key) {
        return message(number, key, Optional.empty());
    }

    static SourceMessage message(int number, String key, Optional<String> trace) {
        ObjectNode record =
                JsonNodeFactory.instance.objectNode().put("n", number).put("key", key);
        return new SourceMessage(
                Integer.toString(number),
                "receipt",
                record.toString().getBytes(StandardCharsets.UTF_8),
                () -> record,
                trace);
    }

    @Override
    public boolean isOrdered() {
        return isOrdered;
    }

    @Override
    public Duration hold() {
        return Duration.ofMinutes(10);
    }

    @Override
    public List<SourceMessage> receive(int most, Duration patience) throws InterruptedException {
        List<SourceMessage> next = offered.poll(Math.min(100, patience.toMillis()), TimeUnit.MILLISECONDS);
        return next == null ? List.of() : next;
    }

    @Override
    public void delete(List<SourceMessage> messages) {
        messages.forEach(message -> deleted.add(message.id()));
    }

    @Override
    public void giveBack(List<SourceMessage> messages) {
        messages.forEach(message -> givenBack.add(message.id()));
    }

    @Override
    public void close() {}
}
