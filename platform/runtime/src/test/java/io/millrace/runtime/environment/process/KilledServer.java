package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.ExecutionEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server that is killed while a function runs in it that has a child. */
final class KilledServer {
    private KilledServer() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        IsolationLevel level = IsolationLevel.valueOf(arguments[1]);
        Workshop workshop = new Workshop(directory, Workshop.options(directory).withMaximumIsolation(level));
        ExecutionEnvironment environment = workshop.shell(
                """
                next
                %s &
                respond 1
                next
                """
                        .formatted(arguments[2]));
        Workshop.run(environment, "1");
        System.out.println("RUNNING");
        Thread.currentThread().join();
    }
}
