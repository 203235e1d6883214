package io.millrace.runtime.stream;

import io.millrace.runtime.stream.ReadStart.TrimHorizon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A server in a process of its own, which may be killed or have little memory. */
final class StreamProcess implements AutoCloseable {
    static final String STREAM = "orders";
    static final SegmentLimits LIMITS = new SegmentLimits(400, 16 << 20);
    private static final int UNDER_WAY = 500;
    private static final int LARGE = 10_000;

    private final Process process;
    private final BufferedReader out;

    StreamProcess(Path directory, String memory, String what) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx" + memory, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dio.netty.noUnsafe=false", "-cp"));
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of(StreamProcess.class.getName(), directory.toString(), what));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Writes numbers until it is killed and prints what is confirmed; or writes and reads ten thousand large ones. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        StreamServer server = new StreamServer(Path.of(arguments[0]), InstantSource.system(), LIMITS);
        if (server.streams.find(STREAM).isEmpty()) {
            server.create(STREAM, 1);
        }
        if (arguments[1].equals("large")) {
            out.println("confirmed " + writeLarge(server) + " read " + readLarge(server));
            server.close();
            return;
        }
        Semaphore underWay = new Semaphore(UNDER_WAY);
        for (int number = Integer.parseInt(arguments[1]); true; number++) {
            int next = number;
            underWay.acquire();
            server.streams
                    .put(STREAM, new NewRecord("key", Integer.toString(next).getBytes(StandardCharsets.UTF_8)))
                    .onSuccess(placed -> out.println("confirmed " + next + " " + placed.sequence()))
                    .onComplete(done -> underWay.release());
        }
    }

    private static long writeLarge(StreamServer server) throws InterruptedException {
        Semaphore underWay = new Semaphore(100);
        long[] confirmed = new long[1];
        for (int number = 0; number < LARGE; number++) {
            underWay.acquire();
            server.streams
                    .put(STREAM, new NewRecord("key", new byte[LARGE]))
                    .onSuccess(placed -> confirmed[0]++)
                    .onComplete(done -> underWay.release());
        }
        underWay.acquire(100);
        return confirmed[0];
    }

    private static long readLarge(StreamServer server) {
        ShardReader reader = server.reader(STREAM, new TrimHorizon());
        long read = 0;
        ReadPage page;
        do {
            page = StreamServer.read(reader, LARGE, Duration.ZERO);
            read += page.records().size();
        } while (!page.behind().isZero());
        return read;
    }

    /** Of its output, that it confirmed something. */
    List<String> confirmations(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null && lines.size() < count; line = out.readLine()) {
            if (line.startsWith("confirmed ")) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** What it still said before it was killed. */
    List<String> kill() throws IOException {
        process.toHandle().destroyForcibly(); // That of the process would close its output unread.
        return confirmations(Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
