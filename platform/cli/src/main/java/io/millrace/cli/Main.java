package io.millrace.cli;

/** Where the process starts and, but for a server that is stopped or fails, ends. */
public final class Main {
    private static final int FIRST_WITHOUT_NETTYS_UNSAFE = 24;

    private Main() {}

    public static void main(String[] arguments) {
        // Without it Netty 4.2 cannot reopen an Artemis journal on these; it must be set before Netty is loaded.
        if (Runtime.version().feature() >= FIRST_WITHOUT_NETTYS_UNSAFE
                && System.getProperty("io.netty.noUnsafe") == null) {
            System.setProperty("io.netty.noUnsafe", "false");
        }
        System.exit(MillraceCommand.commandLine().execute(arguments));
    }
}
