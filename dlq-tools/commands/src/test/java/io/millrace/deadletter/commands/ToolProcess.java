package io.millrace.deadletter.commands;

import java.util.ArrayList;
import java.util.List;

/** The dlq command as a process of its own, to be killed. */
final class ToolProcess {
    private ToolProcess() {}

    public static void main(String[] arguments) {
        System.exit(DlqCommand.commandLine().execute(arguments));
    }

    static ProcessBuilder java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                // As the launcher starts a command.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.noUnsafe=false",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
