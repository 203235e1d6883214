package io.millrace.testkit.awssdk;

import io.millrace.Millrace;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A server in a process of its own, to be killed. Its two functions note what they get, a line each. */
final class FanOutServer implements AutoCloseable {
    private final Process process;
    private final URI http;
    private final String broker;

    private FanOutServer(Process process, URI http, String broker) {
        this.process = process;
        this.http = http;
        this.broker = broker;
    }

    /** @param arguments directories of the data and of the notes */
    public static void main(String[] arguments) throws InterruptedException {
        Path notes = Path.of(arguments[1]);
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(Path.of(arguments[0]))
                .freePorts()
                .http("127.0.0.1", 0)
                .function("first", handler(notes))
                .function("second", handler(notes))
                .start()) {
            System.out.println(millrace.httpUrl().orElseThrow() + " " + millrace.brokerUrl());
            System.out.flush();
            Thread.currentThread().join();
        }
    }

    private static FunctionHandler handler(Path notes) {
        return (event, context) -> {
            note(notes, context, new String(event, StandardCharsets.UTF_8));
            return "{}".getBytes(StandardCharsets.UTF_8);
        };
    }

    private static void note(Path notes, FunctionContext context, String event) throws IOException {
        String message = AwsSdkFanOutKillIT.message(event);
        Files.writeString(
                notes.resolve(context.functionName()),
                message + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static FanOutServer start(Path data, Path notes) throws IOException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dio.netty.noUnsafe=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FanOutServer.class.getName(),
                        data.toString(),
                        notes.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("http://")) {
                String[] addresses = line.split(" ", 2);
                return new FanOutServer(process, URI.create(addresses[0]), addresses[1]);
            }
        }
        process.destroyForcibly();
        throw new AssertionError("the server did not start");
    }

    URI http() {
        return http;
    }

    String broker() {
        return broker;
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
