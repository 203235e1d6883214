package io.millrace.runtime.registry;

/** What the {@link DocumentShelf} keeps. The names are in the database: renaming one loses what was kept under it. */
public enum DocumentKind {
    /** Of a function; the name is {@code $LATEST}. */
    TAGS(true),
    /** Of a function; the name is a qualifier, {@code $LATEST} standing for the function without one. */
    POLICY(true),
    /** Of a function; the name is an alias, or {@code $LATEST} for the function without one. */
    URL(true),
    /** Of a function; the name is {@code $LATEST}. */
    RECURSION(true),
    /** Of a function; the name is a version. */
    RUNTIME_MANAGEMENT(true),
    /** Of a layer; the name is a version. */
    LAYER_POLICY(false),
    /** The owner is empty, the name its id. */
    ACCESS_KEY(false),
    /** The owner is empty, the name its UUID; outlives its function (lambda-semantics 3.1). */
    EVENT_SOURCE_MAPPING(false),
    /** The owner is empty. */
    STREAM(false),
    /** Its segments; the owner is the stream, the name the shard. */
    STREAM_SHARD(false),
    /** The owner is its group, the name its own; outlives its function. */
    SCHEDULE(false),
    /** The owner is empty, the name its own; the default group is there without. */
    SCHEDULE_GROUP(false),
    /** The owner is empty; the one document says which queue of the broker has the tokens of this registry. */
    SCHEDULE_QUEUE(false),
    /** The owner is empty, the name the topic's. */
    TOPIC(false),
    /** The owner is a topic, the name a UUID. */
    SUBSCRIPTION(false),
    /** The owner is empty, the name the bus's. */
    EVENT_BUS(false),
    /** With its targets; the owner is a bus, the name the rule's. */
    EVENT_RULE(false),
    /** The owner is empty, the name the archive's. */
    EVENT_ARCHIVE(false),
    /** The owner is empty, the name the replay's. */
    EVENT_REPLAY(false),
    /** Of past events of a function; the owner is empty, the name its id. */
    HISTORY_REPLAY(false),
    /** Of a function; the name is {@code $LATEST}. */
    SHADOW(true);

    private final boolean goesWithFunction;

    DocumentKind(boolean goesWithFunction) {
        this.goesWithFunction = goesWithFunction;
    }

    /** Whether the owner is a function, and the document is deleted with it. */
    public boolean goesWithFunction() {
        return goesWithFunction;
    }
}
