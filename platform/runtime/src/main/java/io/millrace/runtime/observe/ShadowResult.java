package io.millrace.runtime.observe;

/** What came of an event that was to be run by another version, too (docs/shadow.md). */
public enum ShadowResult {
    SAME("same"),
    DIFFERENT("different"),
    /** The event succeeded, its copy failed. */
    FAILED_IN_SHADOW("failed-in-shadow"),
    /** The event failed, its copy succeeded. */
    FAILED_LIVE("failed-live"),
    /** Not compared: the event was run by the very version. */
    SAME_VERSION("same-version"),
    /** Not compared: there was no room for it, or no time. */
    DROPPED("dropped"),
    /** Not compared: the event is above Lambda's limits. */
    TOO_LARGE("too-large");

    private final String label;

    ShadowResult(String label) {
        this.label = label;
    }

    /** As metrics and answers call it. */
    public String label() {
        return label;
    }
}
