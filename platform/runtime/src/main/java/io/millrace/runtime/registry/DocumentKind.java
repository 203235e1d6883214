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
    EVENT_SOURCE_MAPPING(false);

    private final boolean goesWithFunction;

    DocumentKind(boolean goesWithFunction) {
        this.goesWithFunction = goesWithFunction;
    }

    /** Whether the owner is a function, and the document is deleted with it. */
    public boolean goesWithFunction() {
        return goesWithFunction;
    }
}
