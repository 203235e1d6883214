package io.millrace.cli;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The demo's own server, with its data in a directory that goes with it unless it is kept. */
final class DemoServer implements AutoCloseable {
    private static final int USUAL_HTTP_PORT = 4574;

    private final ThrowawayData data;
    private final AtomicBoolean kept = new AtomicBoolean();
    private final RunningServer server;
    private final PrintWriter out;

    private DemoServer(ThrowawayData data, MillraceBuilder builder, PrintWriter out) {
        this.data = data;
        this.out = out;
        this.server = RunningServer.start(builder, this::clean, out);
    }

    /** @param usualPorts those of {@code millrace server}, so that all commands find it, unless they are taken */
    static DemoServer start(boolean usualPorts, PrintWriter out) {
        ThrowawayData data = ThrowawayData.create("millrace-demo");
        MillraceBuilder builder = usualPorts
                ? builder(data.path()).http("127.0.0.1", USUAL_HTTP_PORT)
                : builder(data.path()).freePorts().http("127.0.0.1", 0);
        try {
            return new DemoServer(data, builder, out);
        } catch (RuntimeException failed) {
            data.delete();
            if (usualPorts
                    && ExitCode.of(failed).filter(ExitCode.PORT_IN_USE::equals).isPresent()) {
                return start(false, out);
            }
            throw failed;
        }
    }

    private void clean() {
        if (!kept.get()) {
            data.delete();
        }
    }

    /** Lambda waits 1 minute and then 2 before it tries again; a demo has not that long. */
    private static MillraceBuilder builder(Path data) {
        return Millrace.builder()
                .dataDirectory(data)
                .set("async.retryDelay", "PT0.5S")
                .set("async.retryDelayMultiplier", "1");
    }

    Millrace millrace() {
        return server.millrace();
    }

    /** Says what there is to look at, and blocks for ever: Ctrl-C ends the process. */
    void keep() {
        kept.set(true);
        String http = millrace().httpUrl().orElseThrow().toString();
        String broker = millrace().brokerUrl();
        boolean usual = http.endsWith(":" + USUAL_HTTP_PORT) && broker.endsWith(":5672");
        String atServer = usual ? "" : " --server " + http;
        String atBroker = usual ? "" : " --broker " + broker;
        out.println();
        out.println("The server stays, until Ctrl-C:");
        Announcement.of(millrace(), data.path()).print(out);
        out.println("In another terminal: an earthquake without a magnitude, which also the fixed function refuses:");
        List.of(
                        "millrace publish invoke.earthquake-alerts '{\"id\":\"x\",\"properties\":{\"type\":\"earthquake\"}}'"
                                + atBroker,
                        "millrace dlq groups earthquake-alerts" + atBroker,
                        "millrace stats" + atServer,
                        "curl " + http + "/_millrace/stats")
                .forEach(line -> out.println("  " + line));
        out.flush();
        server.awaitStop();
    }

    @Override
    public void close() {
        server.close();
        clean();
    }
}
