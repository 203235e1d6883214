package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import java.nio.file.Path;

/** The platform's own HTTP door with a function in this process that gives its event back. */
final class PlatformGateway implements AutoCloseable {
    private final Millrace millrace;
    private final String function;

    private PlatformGateway(Millrace millrace, String function) {
        this.millrace = millrace;
        this.function = function;
    }

    static PlatformGateway start(Path dataDirectory, String brokerUrl, String function) {
        Millrace millrace = Millrace.builder()
                .dataDirectory(dataDirectory)
                .broker(brokerUrl)
                .http("127.0.0.1", 0)
                .set("concurrency.requestsPerSecondPerPermit", "0") // The bare gateway is not held back either.
                .function(function, (FunctionHandler) (event, context) -> event)
                .start();
        return new PlatformGateway(millrace, function);
    }

    int port() {
        return millrace.httpUrl().orElseThrow().getPort();
    }

    /** Request line and headers of an invocation. */
    String invocation(String type) {
        return "POST /2015-03-31/functions/" + function + "/invocations HTTP/1.1\r\n"
                + "Content-Type: application/json\r\nX-Amz-Invocation-Type: " + type + "\r\n";
    }

    /** Request line of a read of the control plane. */
    String read() {
        return "GET /2015-03-31/functions/" + function + " HTTP/1.1\r\n";
    }

    @Override
    public void close() {
        millrace.close();
    }
}
