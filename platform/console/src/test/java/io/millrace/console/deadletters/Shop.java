package io.millrace.console.deadletters;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A function that fails, in ways of its events, until it is mended; remembers what it then served, by id. */
final class Shop implements FunctionHandler {
    final Map<String, byte[]> served = new ConcurrentHashMap<>();
    volatile boolean mended;

    static final class OutOfStock extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfStock(String message) {
            super(message);
        }
    }

    @Override
    public byte[] handle(byte[] event, FunctionContext context) {
        if (mended) {
            if (served.put(context.requestId(), event) != null) {
                throw new AssertionError(context.requestId() + " was served twice");
            }
            return event;
        }
        String text = new String(event, StandardCharsets.UTF_8);
        if (text.contains("\"item\"")) {
            throw new OutOfStock("item " + text.replaceAll("\\D+", "") + " is out of stock");
        }
        throw new IllegalStateException("<img src=x onerror=alert(1)> is no order");
    }
}
