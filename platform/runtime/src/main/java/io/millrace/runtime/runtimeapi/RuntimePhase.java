package io.millrace.runtime.runtimeapi;

/** Where the conversation with one runtime process stands. */
enum RuntimePhase {
    /** It has not asked for an invocation yet. */
    STARTED("Started"),
    /** It asks for its next invocation. */
    READY("Ready"),
    /** It has an invocation. */
    RUNNING("Running"),
    /** The body of its answer is arriving. */
    RESPONDING("InvocationResponse"),
    /** It has answered and must ask for the next. */
    RESPONSE_SENT("RuntimeResponseSent"),
    /** It reported that it cannot be initialised. */
    INIT_ERROR("RuntimeInitError");

    private final String wireName;

    RuntimePhase(String wireName) {
        this.wireName = wireName;
    }

    /** As it stands in error messages. */
    String wireName() {
        return wireName;
    }
}
