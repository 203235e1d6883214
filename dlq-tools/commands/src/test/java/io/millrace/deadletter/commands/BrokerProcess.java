package io.millrace.deadletter.commands;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A broker as a process of its own, to be killed. */
final class BrokerProcess {
    private BrokerProcess() {}

    /** @param arguments data directory, and AMQP port or 0 */
    public static void main(String[] arguments) {
        EmbeddedBrokerOptions options =
                EmbeddedBrokerOptions.of(Path.of(arguments[0])).withFreePorts();
        EmbeddedBroker broker = EmbeddedBroker.start(
                options.withAmqpPort(Integer.parseInt(arguments[1])),
                failure -> Runtime.getRuntime().halt(1));
        System.out.println(broker.amqpPort());
        System.out.flush();
    }

    record Running(Process process, int port) {}

    /** Returns when it answers. */
    static Running start(Path directory, int port) throws IOException {
        Process process = ToolProcess.java(BrokerProcess.class, directory.toString(), Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.matches("\\d+")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the broker did not start on port " + port);
        }
        return new Running(process, Integer.parseInt(line));
    }
}
