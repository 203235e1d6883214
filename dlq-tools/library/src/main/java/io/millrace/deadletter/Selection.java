package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which dead letters of a queue are meant; all of its parts must hold.
 *
 * @param ids any of these; empty for any
 * @param errorType the error type of the recorded cause
 * @param filter an expression in the broker's selector language, over properties
 */
public record Selection(Set<String> ids, Optional<String> errorType, Optional<String> filter) {
    public static final Selection ALL = new Selection(Set.of(), Optional.empty(), Optional.empty());

    public Selection {
        ids = Set.copyOf(ids);
    }

    public static Selection ofId(String id) {
        return new Selection(Set.of(id), Optional.empty(), Optional.empty());
    }

    /** In the broker's selector language; empty for all. */
    String selector() {
        List<String> parts = new ArrayList<>();
        if (!ids.isEmpty()) {
            parts.add(ids.stream().sorted().map(Selection::idSelector).collect(Collectors.joining(" OR ")));
        }
        errorType.ifPresent(type -> parts.add(EventProperties.ERROR_TYPE + " = " + quoted(type)));
        filter.ifPresent(parts::add);
        return parts.stream().map(part -> "(" + part + ")").collect(Collectors.joining(" AND "));
    }

    // Whichever of the three an id was made of: see DeadLetter.
    private static String idSelector(String id) {
        if (id.matches("#\\d{1,18}")) {
            return "_AMQ_ORIG_MESSAGE_ID = " + id.substring(1);
        }
        String messageId = id.startsWith("ID:") ? id : "ID:" + id;
        return EventProperties.REQUEST_ID + " = " + quoted(id) + " OR AMQUserID = " + quoted(messageId);
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
