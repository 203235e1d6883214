package io.millrace.deadletter;

import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/**
 * Puts exported dead letters into a queue, each once however often the same file is imported: what is there already is
 * left out, and what was moved on since is dropped by the broker, which remembers the last 20,000 of an address unless
 * told otherwise. Bodies are what they were, byte for byte. One file after the other; one caller at a time.
 */
public final class Import {
    /** On an imported message: which of which file's it is, whatever the file's name. */
    static final String ID = "dlq_import";

    private static final Symbol NUMBER_NOTE = Symbol.valueOf("x-opt-ORIG-MESSAGE-ID");

    private final Publisher publisher;
    private final DeadLetterQueue queue;
    private final Set<String> there;
    private final Map<String, Integer> occurrences = new HashMap<>();

    private Import(Publisher publisher, DeadLetterQueue queue, Set<String> there) {
        this.publisher = publisher;
        this.queue = queue;
        this.there = there;
    }

    /** Looks at what was imported into the queue before. */
    static Future<Import> into(AsyncDeadLetters letters, Publisher publisher, DeadLetterQueue queue) {
        Set<String> there = new HashSet<>();
        Selection imported = new Selection(Set.of(), Optional.empty(), Optional.of(ID + " IS NOT NULL"));
        return letters.look(
                        queue,
                        imported,
                        Look.HEADS,
                        letter -> there.add(String.valueOf(letter.properties().get(ID))))
                .map(end -> new Import(publisher, queue, there));
    }

    /**
     * Adds one.
     *
     * @return when it is on the broker's disk; false if it was there already
     */
    public Future<Boolean> add(ExportedDeadLetter exported) {
        String digest = exported.sha256();
        // Two messages may be the same in every byte and still be two.
        int occurrence = occurrences.merge(digest, 1, Integer::sum);
        String id = digest.substring(0, 32) + "-" + occurrence;
        if (there.contains(id)) {
            return Future.succeededFuture(false);
        }
        DeadLetter letter = exported.letter();
        byte[] message = Rewriting.head(exported.message(), head -> head(head, letter, id));
        return publisher.send(queue.address(), message).map(true);
    }

    private void head(Message head, DeadLetter letter, String id) {
        Map<String, Object> properties = head.getApplicationProperties().getValue();
        properties.put(ID, id);
        properties.put(EventProperties.DUPLICATE_ID, "dlq-import-" + id);
        // The broker's own notes of a message that it moved do not come with the message; selectors need them.
        letter.origin().ifPresent(origin -> {
            properties.putIfAbsent(EventProperties.ORIGIN_QUEUE, origin);
            properties.putIfAbsent(EventProperties.ORIGIN_ADDRESS, origin);
        });
        properties.remove(CutOff.NUMBER);
        head.setMessageAnnotations(withoutNumber(head));
        head.setDurable(true);
        head.setAddress(queue.address());
        if (head.getMessageId() == null
                && EventMessages.property(head, EventProperties.REQUEST_ID).isEmpty()) {
            head.setMessageId(UUID.randomUUID().toString());
        }
    }

    // The number another broker gave it would be taken for one of this one.
    private static MessageAnnotations withoutNumber(Message head) {
        MessageAnnotations kept = Annotations.withoutRouting(head);
        kept.getValue().remove(NUMBER_NOTE);
        return kept;
    }
}
