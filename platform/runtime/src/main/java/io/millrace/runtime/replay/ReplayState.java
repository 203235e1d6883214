package io.millrace.runtime.replay;

/** How far a replay is. The names are kept and shown. */
enum ReplayState {
    /** The history is being read. */
    COLLECTING,
    /** All are in the replay's queue; a job moves them on. */
    COLLECTED,
    /** Nothing was to be laid out: it was a dry run, or none was found. */
    COUNTED,
    /** Nothing reached the function, and nothing is left of it. */
    FAILED
}
