package io.millrace.deadletter.commands;

/** What the commands end with. */
public final class ExitCodes {
    public static final int OK = 0;

    /** Nothing of that name or id, or refused because it would do harm; nothing was changed. */
    public static final int REFUSED = 1;

    public static final int USAGE = 2;

    /** The broker cannot be reached, or went away midway; the same command may be run again. */
    public static final int BROKER_UNAVAILABLE = 69;

    private ExitCodes() {}
}
