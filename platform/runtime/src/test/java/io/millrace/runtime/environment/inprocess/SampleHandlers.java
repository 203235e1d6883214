package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import com.amazonaws.services.lambda.runtime.events.SNSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Handlers as users write them. */
public final class SampleHandlers {
    private SampleHandlers() {}

    public record Order(String id, int amount, @Nullable Instant placed, Optional<String> note) {}

    public static final class Bean {
        private String name = "";
        public int size;

        public String getName() {
            return name;
        }

        public void setName(String newName) {
            name = newName;
        }
    }

    public static final class BrokenGetter {
        @SuppressWarnings("DoNotCallSuggester") // Jackson calls it.
        public String getBroken() {
            throw new IllegalStateException("broken getter");
        }
    }

    public static final class Upper implements RequestHandler<String, String> {
        @Override
        public String handleRequest(String input, Context context) {
            return input.toUpperCase(java.util.Locale.ROOT);
        }
    }

    public static class Generic<I, O> implements RequestHandler<List<I>, Map<String, I>> {
        @Override
        public Map<String, I> handleRequest(List<I> input, Context context) {
            return Map.of("first", input.get(0));
        }
    }

    public static final class OfOrders extends Generic<Order, String> {}

    public static final class Doubled implements RequestHandler<Order, Order> {
        @Override
        public Order handleRequest(Order input, Context context) {
            return new Order(input.id(), input.amount() * 2, input.placed(), input.note());
        }
    }

    public static final class BeanNamer implements RequestHandler<Bean, Bean> {
        @Override
        public Bean handleRequest(Bean input, Context context) {
            input.setName(input.getName() + "!");
            return input;
        }
    }

    public static final class Silent implements RequestHandler<Object, @Nullable Void> {
        @Override
        public @Nullable Void handleRequest(Object input, Context context) {
            return null;
        }
    }

    public static final class Reverse implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            byte[] bytes = input.readAllBytes();
            for (int i = bytes.length - 1; i >= 0; i--) {
                output.write(bytes[i]);
            }
        }
    }

    public static final class Echo implements FunctionHandler {
        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return event;
        }
    }

    public static final class Raw implements Function<byte[], byte[]> {
        @Override
        public byte[] apply(byte[] event) {
            return event;
        }
    }

    public static final class Queue implements RequestHandler<SQSEvent, SQSBatchResponse> {
        @Override
        public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
            return new SQSBatchResponse(event.getRecords().stream()
                    .map(SQSEvent.SQSMessage::getMessageId)
                    .map(SQSBatchResponse.BatchItemFailure::new)
                    .toList());
        }
    }

    public static final class Topic implements RequestHandler<SNSEvent, String> {
        @Override
        public String handleRequest(SNSEvent event, Context context) {
            return event.getRecords().get(0).getSNS().getMessage();
        }
    }

    public static final class Bucket implements RequestHandler<S3Event, String> {
        @Override
        public String handleRequest(S3Event event, Context context) {
            return event.getRecords().get(0).getS3().getObject().getKey();
        }
    }

    public static final class Schedule implements RequestHandler<ScheduledEvent, String> {
        @Override
        public String handleRequest(ScheduledEvent event, Context context) {
            return event.getDetailType() + " " + event.getTime().getYear();
        }
    }

    public static class Inherited<T> {
        public T same(T value) {
            return value;
        }
    }

    public static final class Methods extends Inherited<Order> {
        public String greet(String name) {
            return "hello " + name;
        }

        public String greetWithContext(String name, Context context) {
            return "hello " + name + " from " + context.getFunctionName();
        }

        public String overloaded(String name) {
            return "short";
        }

        public String overloaded(String name, Context context) {
            return "with context";
        }

        public static int twice(int number) {
            return number * 2;
        }

        public void stream(InputStream input, OutputStream output) throws IOException {
            input.transferTo(output);
        }

        public void streamWithContext(InputStream input, OutputStream output, Context context) throws IOException {
            output.write(("\"" + context.getAwsRequestId() + "\"").getBytes(StandardCharsets.UTF_8));
        }

        public void nothing() {}

        public void tooMany(String a, String b) {}

        void hidden() {}
    }

    public static final class NoConstructor implements FunctionHandler {
        public NoConstructor(String needed) {
            throw new AssertionError(needed);
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return event;
        }
    }

    public static final class Counting implements FunctionHandler {
        static final AtomicInteger MADE = new AtomicInteger();

        private final int number = MADE.incrementAndGet();

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        }
    }

    public static final class FailsTwice implements FunctionHandler {
        static final AtomicInteger MADE = new AtomicInteger();

        public FailsTwice() {
            if (MADE.incrementAndGet() <= 2) {
                throw new IllegalStateException("the database is not there yet");
            }
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return event;
        }
    }

    public static final class BrokenStatics implements FunctionHandler {
        static final int VALUE = Integer.parseInt("no number");

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return new byte[VALUE];
        }
    }
}
