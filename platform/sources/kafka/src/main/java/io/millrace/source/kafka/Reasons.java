package io.millrace.source.kafka;

/** What Kafka's clients say of a failure: its own words and those of what is behind it. */
final class Reasons {
    private Reasons() {}

    static String of(Throwable failure) {
        Throwable cause = failure.getCause();
        String own = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return cause == null || cause.getMessage() == null ? own : own + ": " + cause.getMessage();
    }
}
