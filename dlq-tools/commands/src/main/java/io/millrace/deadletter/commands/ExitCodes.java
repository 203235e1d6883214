package io.millrace.deadletter.commands;

import io.millrace.deadletter.ScanResult;

/** What the commands end with. */
public final class ExitCodes {
    public static final int OK = 0;

    /** Nothing of that name or id, or nothing that matches, or refused because it would do harm; nothing was changed. */
    public static final int REFUSED = 1;

    public static final int USAGE = 2;

    /** What was looked at is not all that is there; standard error says how much was missing. */
    public static final int PARTIAL = 3;

    /** A job stopped or paused before its end, or some of it is held back; it can be resumed. */
    public static final int UNFINISHED = 3;

    /** Moving would lose messages or cannot work; nothing was moved. */
    public static final int PREFLIGHT = 4;

    /** The broker's user lacks a permission, which is named; nothing was changed. */
    public static final int FORBIDDEN = 5;

    /** The broker cannot be reached, or went away midway; the same command may be run again. */
    public static final int BROKER_UNAVAILABLE = 69;

    private ExitCodes() {}

    /** Of a look through a queue by the user's own choice of dead letters. */
    static int of(ScanResult scan, boolean chosen) {
        if (scan.isPartial() || scan.unread() > 0) {
            return PARTIAL;
        }
        return chosen && scan.matched() == 0 ? REFUSED : OK;
    }
}
