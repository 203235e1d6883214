package io.millrace.cli;

import picocli.CommandLine.Option;

/** For the commands that run a server. */
final class VerboseOption {
    /** Read by logback.xml. */
    static final String LEVEL = "millrace.log.level";

    /** Set while the command line is read: logging reads it once, when the first class that logs is loaded. */
    @Option(names = "--verbose", description = "Also log what starts, stops and changes, to standard error.")
    void verbose(boolean verbose) {
        if (verbose) {
            System.setProperty(LEVEL, "INFO");
        }
    }
}
