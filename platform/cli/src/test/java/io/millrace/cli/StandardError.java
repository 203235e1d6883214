package io.millrace.cli;

import java.util.regex.Pattern;

/** What a command wrote to standard error. */
final class StandardError {
    // A line of the log, and the stack that it has after five seconds.
    private static final Pattern STALL =
            Pattern.compile("(?m)^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} [A-Z]+ +BlockedThreadChecker: .*(?:\\R|\\z)"
                    + "(?:(?:io\\.vertx\\.core\\.VertxException: Thread blocked|\\tat |\\t\\.\\.\\. ).*(?:\\R|\\z))*");

    private StandardError() {}

    /**
     * Without Vert.x's word that one of its threads took more than two seconds: a machine that builds other things too
     * stands still for that long at times, and nothing of it is the command's own.
     */
    static String withoutStalls(String written) {
        return STALL.matcher(written).replaceAll("");
    }
}
