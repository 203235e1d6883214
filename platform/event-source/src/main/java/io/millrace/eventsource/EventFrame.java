package io.millrace.eventsource;

/**
 * The event of a batch is {@code head}, the records with commas between them, and {@code tail}: one JSON object, in
 * which the head begins with an opening brace and a member, so that others can be put before it.
 */
public record EventFrame(String head, String tail) {
    /** Of most sources: an object with an array. */
    public static final EventFrame RECORDS = new EventFrame("{\"Records\":[", "]}");
}
