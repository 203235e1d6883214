package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * The same request again and again over connections that are kept alive, one at a time on each.
 *
 * <p>On sockets and with a parser for just these answers: an HTTP client would take as much of the two cores as what is
 * measured. The connections live on one event loop.
 */
final class HttpLoad implements Lane {
    /** What the gateway is compared at. */
    static final int CONNECTIONS = 64;

    private final Vertx vertx;
    private final Context context;
    /** Kept: Vert.x closes the connections of a client that nobody refers to. */
    private final NetClient net;

    private final List<Client> clients = new ArrayList<>();
    private final AutoCloseable behind;
    private final Buffer request;
    private final int wanted;
    private final Recorder latencies = new Recorder(3);
    private final Histogram seen = new Histogram(3);
    private final AtomicLong completed = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private volatile boolean running;

    private HttpLoad(Vertx vertx, Context context, AutoCloseable behind, Buffer request, int wanted) {
        this.vertx = vertx;
        this.context = context;
        this.net = vertx.createNetClient();
        this.behind = behind;
        this.request = request;
        this.wanted = wanted;
    }

    /**
     * @param behind closed with this lane
     * @param head request line and headers, each line ended by CRLF, without the length of the body
     * @param wanted the only status that is no failure
     */
    static HttpLoad against(AutoCloseable behind, int port, String head, byte[] body, int wanted) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Buffer request = Buffer.buffer(head)
                .appendString("Host: 127.0.0.1:" + port + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .appendBytes(body);
        HttpLoad load = new HttpLoad(vertx, vertx.getOrCreateContext(), behind, request, wanted);
        Waiting.on("connecting to the gateway", load.connect(port));
        return load;
    }

    private Future<Void> connect(int port) {
        List<Future<NetSocket>> sockets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            sockets.add(net.connect(port, "127.0.0.1"));
        }
        return Future.all(sockets).map(all -> {
            sockets.forEach(socket -> clients.add(new Client(socket.result())));
            return null;
        });
    }

    @Override
    public void resume() {
        running = true;
        waiting.addAndGet(clients.size());
        context.runOnContext(turn -> clients.forEach(Client::ask));
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void forgetLatencies() {
        latencies.reset();
        seen.reset();
    }

    @Override
    public double medianMicros() {
        return percentile(50);
    }

    @Override
    public double p99Micros() {
        return percentile(99);
    }

    /** Of everything since {@link #forgetLatencies}: asking takes nothing away. */
    private double percentile(double percent) {
        seen.add(latencies.getIntervalHistogram());
        return seen.getValueAtPercentile(percent) / 1e3;
    }

    @Override
    public void pause() {
        running = false;
        Waiting.until("the last requests to be answered", () -> waiting.get() == 0 || failure.get() != null);
        if (failure.get() != null) {
            throw new IllegalStateException("a request failed: " + failure.get());
        }
    }

    @Override
    public void close() {
        Waiting.on("closing the connections", vertx.close());
        try {
            behind.close();
        } catch (Exception failed) { // what AutoCloseable declares
            throw new IllegalStateException("what was behind the gateway did not close", failed);
        }
    }

    /** One connection. Event loop only. */
    private final class Client {
        private final NetSocket socket;
        private final Answer answer = new Answer();
        private long askedAt;

        Client(NetSocket socket) {
            this.socket = socket;
            socket.handler(this::received);
            socket.closeHandler(closed -> {
                if (running) {
                    failure.compareAndSet(
                            null, "the gateway closed a connection after " + completed.get() + " answers");
                }
            });
        }

        void ask() {
            askedAt = System.nanoTime();
            socket.write(request);
        }

        private void received(Buffer bytes) {
            if (!answer.isWholeWith(bytes)) {
                return;
            }
            latencies.recordValue(System.nanoTime() - askedAt);
            if (answer.status() != wanted) {
                failure.compareAndSet(null, answer.text());
            }
            answer.forget();
            completed.lazySet(completed.get() + 1);
            if (running && failure.get() == null) {
                ask();
            } else {
                waiting.decrementAndGet();
            }
        }
    }

    /** What has come in of one answer: a head, and as much body as it says. */
    private static final class Answer {
        private static final String LENGTH = "content-length:";
        private static final int STATUS_AT = "HTTP/1.1 ".length();

        private Buffer bytes = Buffer.buffer();

        boolean isWholeWith(Buffer more) {
            bytes = bytes.length() == 0 ? more : bytes.appendBuffer(more);
            int end = endOfHead();
            return end > 0 && bytes.length() >= end + bodyLength(end);
        }

        private int endOfHead() {
            for (int at = 3; at < bytes.length(); at++) {
                if (bytes.getByte(at) == '\n' && bytes.getByte(at - 2) == '\n') {
                    return at + 1;
                }
            }
            return 0;
        }

        private int bodyLength(int endOfHead) {
            String head = bytes.getString(0, endOfHead, StandardCharsets.ISO_8859_1.name());
            int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
            if (at < 0) {
                return 0;
            }
            return Integer.parseInt(
                    head.substring(at + LENGTH.length(), head.indexOf('\r', at)).strip());
        }

        int status() {
            return Integer.parseInt(bytes.getString(STATUS_AT, STATUS_AT + 3));
        }

        String text() {
            return bytes.toString();
        }

        void forget() {
            bytes = Buffer.buffer();
        }
    }
}
