package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import java.io.IOException;
import java.time.Duration;

/** The tool as a process of its own, to be killed: redrives a queue and ends. */
final class RedriveProcess {
    private RedriveProcess() {}

    /** @param arguments broker and queue */
    public static void main(String[] arguments) {
        try (DeadLetters deadLetters = DeadLetters.connect(BrokerAddress.parse(arguments[0]), Duration.ofSeconds(20))) {
            deadLetters.redrive(deadLetters.queue(arguments[1]), RedriveRequest.ALL, step -> {
                System.out.println(step.moved());
                System.out.flush();
            });
        }
    }

    static Process start(BrokerAddress broker, String queue) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RedriveProcess.class.getName(),
                        broker.toString(),
                        queue)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
