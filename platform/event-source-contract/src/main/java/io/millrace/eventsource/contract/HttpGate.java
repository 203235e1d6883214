package io.millrace.eventsource.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * The way to a server of AWS's kind: counts what it is asked, and answers in its place where a test says so. Passes
 * everything on at first. Thread-safe.
 */
public final class HttpGate implements AutoCloseable {
    private static final String OPERATION = "X-Amz-Target";
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "date");

    private final URI server;
    private final HttpServer gate;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private volatile Function<String, Optional<Answer>> instead = operation -> Optional.empty();

    /** In place of the server's. */
    @SuppressWarnings("ArrayRecordComponent") // Written to a socket, never compared.
    public record Answer(int status, String contentType, byte[] body) {}

    /** What no server of AWS's kind should answer: no JSON, half of it, wrong types, nothing, and a proxy's page. */
    public static List<Answer> nonsense(String contentType) {
        return List.of(
                answer(200, contentType, "what?"),
                answer(200, contentType, "{\"Records\":[{\"Seq"),
                answer(
                        200,
                        contentType,
                        "{\"Records\":7,\"Shards\":\"x\",\"StreamDescription\":[7],\"Messages\":\"x\",\"QueueUrl\":[]}"),
                answer(200, contentType, ""),
                answer(502, "text/html", "<html><body>Bad gateway</body></html>"));
    }

    private static Answer answer(int status, String contentType, String body) {
        return new Answer(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** @param serverPort on this machine */
    public HttpGate(int serverPort) {
        this.server = URI.create("http://127.0.0.1:" + serverPort);
        try {
            this.gate = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException noPort) {
            throw new UncheckedIOException("no gate", noPort);
        }
        gate.createContext("/", this::pass);
        gate.setExecutor(threads);
        gate.start();
    }

    /** Where the server is reached through the gate. */
    public String url() {
        return "http://127.0.0.1:" + gate.getAddress().getPort();
    }

    /** How often it was asked for this operation, for instance {@code GetRecords}. */
    public int asked(String operation) {
        return asked.getOrDefault(operation, 0);
    }

    /** @param byOperation empty where the server is to answer */
    public void answer(Function<String, Optional<Answer>> byOperation) {
        instead = byOperation;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestHeaders().getFirst(OPERATION);
            String operation = target == null ? "" : target.substring(target.indexOf('.') + 1);
            asked.merge(operation, 1, Integer::sum);
            Optional<Answer> answer = instead.apply(operation);
            byte[] request = exchange.getRequestBody().readAllBytes();
            if (answer.isPresent()) {
                exchange.getResponseHeaders().add("Content-Type", answer.get().contentType());
                respond(exchange, answer.get().status(), answer.get().body());
                return;
            }
            HttpResponse<byte[]> theirs =
                    client.send(request(exchange, request), HttpResponse.BodyHandlers.ofByteArray());
            theirs.headers().map().forEach((name, values) -> {
                if (!isOfTheConnection(name)) {
                    values.forEach(value -> exchange.getResponseHeaders().add(name, value));
                }
            });
            respond(exchange, theirs.statusCode(), theirs.body());
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest request(HttpExchange exchange, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!isOfTheConnection(name)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    private static boolean isOfTheConnection(String header) {
        return OF_THE_CONNECTION.contains(header.toLowerCase(Locale.ROOT));
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        gate.stop(0);
        threads.shutdownNow();
    }
}
