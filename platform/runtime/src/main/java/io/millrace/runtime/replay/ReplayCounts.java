package io.millrace.runtime.replay;

/**
 * What was found in the history.
 *
 * @param events those that are meant, each once
 * @param undated of the function, whose time nobody noted: they are left out
 * @param unreadable of the function: they are left out
 * @param withoutPayload meant as well, but their large payload is gone: they are left out
 */
record ReplayCounts(long events, long undated, long unreadable, long withoutPayload) {
    static final ReplayCounts NONE = new ReplayCounts(0, 0, 0, 0);

    ReplayCounts andOne() {
        return new ReplayCounts(events + 1, undated, unreadable, withoutPayload);
    }

    ReplayCounts andUndated() {
        return new ReplayCounts(events, undated + 1, unreadable, withoutPayload);
    }

    ReplayCounts andWithoutPayload() {
        return new ReplayCounts(events, undated, unreadable, withoutPayload + 1);
    }

    ReplayCounts withUnreadable(long found) {
        return new ReplayCounts(events, undated, found, withoutPayload);
    }
}
