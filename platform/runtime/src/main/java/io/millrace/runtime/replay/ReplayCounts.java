package io.millrace.runtime.replay;

/**
 * What was found in the history.
 *
 * @param events those that are meant, each once
 * @param undated of the function, whose time nobody noted: they are left out
 * @param unreadable of the function: they are left out
 */
record ReplayCounts(long events, long undated, long unreadable) {
    static final ReplayCounts NONE = new ReplayCounts(0, 0, 0);
}
