package io.millrace.runtime.functionurl;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.ResponseStream;
import io.millrace.runtime.functionurl.HttpAnswer.Header;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a function answers while it makes it (lambda-semantics 7.4). What comes as {@code application/json} is the
 * answer of one that does not stream, and is read as such at its end. Event loop only.
 */
final class StreamedAnswer implements ResponseStream {
    private static final Logger LOGGER = LoggerFactory.getLogger(StreamedAnswer.class);
    /** What may wait for a slow caller where the sender does not heed that it {@link #isFull}. */
    private static final long LARGEST_BACKLOG = 64L * 1024 * 1024;

    private final Exchange exchange;
    private final Workers workers;
    private final int largestWhole;
    private final Prelude prelude = new Prelude();
    private Buffer whole = Buffer.buffer();
    private String contentType = "";
    private Way way = Way.SILENT;
    private long backlog;
    private Optional<Runnable> waiting = Optional.empty();

    /** How the bytes of the function are taken. */
    private enum Way {
        SILENT,
        PRELUDE,
        WHOLE,
        AS_IT_COMES,
        FLOWING,
        OVER
    }

    /** @param largestWhole bytes of an answer that is read as one; a larger one goes out as it is */
    StreamedAnswer(Exchange exchange, Workers workers, int largestWhole) {
        this.exchange = exchange;
        this.workers = workers;
        this.largestWhole = largestWhole;
    }

    @Override
    public void begin(String executedVersion, String type) {
        try {
            contentType = type.isEmpty() ? "application/octet-stream" : ResponseHead.checked(type);
        } catch (MalformedResponseException malformed) {
            fail(malformed);
            return;
        }
        String kind = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        way = switch (kind) {
            case Prelude.CONTENT_TYPE -> Way.PRELUDE;
            case "application/json" -> Way.WHOLE;
            default -> Way.AS_IT_COMES;
        };
    }

    @Override
    public void chunk(Buffer bytes) {
        switch (way) {
            case PRELUDE -> takePrelude(bytes);
            case WHOLE -> takeWhole(bytes);
            case AS_IT_COMES -> flow(bytes);
            case FLOWING -> write(bytes);
            case SILENT, OVER -> {}
        }
    }

    @Override
    public boolean isFull() {
        return way == Way.FLOWING && exchange.isFull();
    }

    @Override
    public void whenDrained(Runnable drained) {
        if (!isFull()) {
            drained.run();
            return;
        }
        waiting = Optional.of(drained);
        exchange.onRoom(this::resume);
    }

    private void resume() {
        Optional<Runnable> resumed = waiting;
        waiting = Optional.empty();
        resumed.ifPresent(Runnable::run);
    }

    @Override
    public boolean isGone() {
        return way == Way.OVER || exchange.isGone();
    }

    private void takePrelude(Buffer bytes) {
        try {
            prelude.take(bytes).ifPresent(this::flow);
        } catch (MalformedResponseException malformed) {
            fail(malformed);
        }
    }

    private void takeWhole(Buffer bytes) {
        whole.appendBuffer(bytes);
        if (whole.length() > largestWhole) {
            Buffer larger = whole;
            whole = Buffer.buffer();
            flow(larger);
        }
    }

    private void flow(Buffer first) {
        flow(asItCame(first));
    }

    private HttpAnswer asItCame(Buffer body) {
        return new HttpAnswer(200, List.of(new Header("Content-Type", contentType)), body.getBytes());
    }

    private void flow(HttpAnswer head) {
        way = Way.FLOWING;
        backlog += head.body().length;
        exchange.begin(head).onComplete(sent -> backlog -= head.body().length);
    }

    private void write(Buffer bytes) {
        if (backlog > LARGEST_BACKLOG) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REQUEST_ID, exchange.id())
                    .addKeyValue("bytes", backlog)
                    .log("caller of a function's URL takes the response too slowly; connection is cut");
            way = Way.OVER;
            exchange.cut();
            return;
        }
        backlog += bytes.length();
        exchange.write(bytes).onComplete(sent -> backlog -= bytes.length());
    }

    /** All chunks have come. */
    void end(Outcome outcome) {
        outcome.match(new Outcome.Cases<Void>() {
            @Override
            public Void succeeded(Outcome.Succeeded succeeded) {
                complete();
                return null;
            }

            @Override
            public Void functionError(Outcome.FunctionError error) {
                fail(UrlRefusal.badGateway());
                return null;
            }

            @Override
            public Void throttled(Outcome.Throttled throttled) {
                fail(UrlRefusal.throttled());
                return null;
            }
        });
    }

    private void complete() {
        switch (way) {
            case PRELUDE -> fail(new MalformedResponseException("the stream ended within its prelude"));
            case WHOLE -> infer(whole.getBytes());
            case SILENT, AS_IT_COMES -> exchange.send(asItCame(Buffer.buffer()));
            case FLOWING -> exchange.end();
            case OVER -> {}
        }
        way = Way.OVER;
    }

    private void infer(byte[] result) {
        workers.run(result.length, () -> ResponseInference.infer(result))
                .otherwise(failure -> Refusals.of(failure, exchange.id()).answer())
                .onSuccess(exchange::send);
    }

    /** Before the first byte the caller is told, after it the connection breaks. */
    void fail(Throwable failure) {
        UrlRefusal refusal = Refusals.of(failure, exchange.id());
        if (way == Way.FLOWING) {
            exchange.cut();
        } else if (way != Way.OVER) {
            exchange.send(refusal.answer());
        }
        way = Way.OVER;
    }
}
