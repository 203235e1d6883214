package io.millrace.runtime;

/** Told how a standby fares, on the thread that starts it. */
public interface StandbyListener {
    /**
     * The data directory is another's; nothing more is told before it is free.
     *
     * @param owner in words for people: its process, its host and since when it has the directory
     */
    void waits(String owner);

    /** The data directory is this platform's now; the start goes on. Also called where nobody had it. */
    void takesOver();
}
