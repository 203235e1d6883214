package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Recorder;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Request and reply through the broker with vertx-proton and nothing else: non-durable, settled by the sender both
 * ways, one reply queue that stays, a fixed number of calls in flight.
 *
 * <p>The caller and the one who answers have a connection each, on one event loop; the answer is the request's body,
 * made on that event loop. The fields below {@code // event loop} are touched there only.
 */
final class RawCalls implements Lane {

    /** Granted at once and topped up when half of it is used, so that nobody ever waits for credit. */
    private static final int CREDIT = 512;

    private final Vertx vertx;
    private final Context context;
    private final RawLinks caller;
    private final RawLinks answerer;
    private final String replyQueue;
    private final int inFlight;
    private final long[] sentAt;
    private final Message request = Proton.message();
    private final Message reply = Proton.message();
    private final Recorder latencies = new Recorder(3);
    private final AtomicLong completed = new AtomicLong();

    // event loop
    private boolean running;
    private int outstanding;
    private int callerUsed;
    private int answererUsed;
    private @Nullable Promise<Void> idle;

    private RawCalls(
            Vertx vertx, Context context, RawLinks caller, RawLinks answerer, String replyQueue, int inFlight) {
        this.vertx = vertx;
        this.context = context;
        this.caller = caller;
        this.answerer = answerer;
        this.replyQueue = replyQueue;
        this.inFlight = inFlight;
        this.sentAt = new long[inFlight];
        request.setDurable(false);
        request.setReplyTo(replyQueue);
        request.setBody(new Data(new Binary(Load.body())));
        reply.setDurable(false);
    }

    static RawCalls connect(int port, String queue, int inFlight) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Context context = vertx.getOrCreateContext();
        String replyQueue = queue + ".reply";
        Promise<RawCalls> connected = Promise.promise();
        context.runOnContext(start -> RawLinks.open(vertx, port, queue, replyQueue)
                .compose(caller -> RawLinks.open(vertx, port, replyQueue, queue)
                        .map(answerer -> new RawCalls(vertx, context, caller, answerer, replyQueue, inFlight)))
                .onSuccess(RawCalls::listen)
                .onComplete(connected));
        return Waiting.on("connecting the raw calls", connected.future());
    }

    private void listen() {
        answerer.receiver().handler((delivery, received) -> answer(received));
        caller.receiver().handler((delivery, received) -> answered(received));
        answerer.receiver().flow(CREDIT);
        caller.receiver().flow(CREDIT);
    }

    private void answer(Message received) {
        reply.setCorrelationId(received.getCorrelationId());
        reply.setBody(received.getBody());
        answerer.sender().send(reply);
        if (++answererUsed == CREDIT / 2) {
            answererUsed = 0;
            answerer.receiver().flow(CREDIT / 2);
        }
    }

    private void answered(Message received) {
        int call = ((Number) received.getCorrelationId()).intValue();
        latencies.recordValue(System.nanoTime() - sentAt[call]);
        completed.lazySet(completed.get() + 1);
        if (++callerUsed == CREDIT / 2) {
            callerUsed = 0;
            caller.receiver().flow(CREDIT / 2);
        }
        if (running) {
            call(call);
        } else if (--outstanding == 0 && idle != null) {
            idle.tryComplete();
        }
    }

    private void call(int call) {
        request.setCorrelationId(UnsignedLong.valueOf(call));
        sentAt[call] = System.nanoTime();
        caller.sender().send(request);
    }

    @Override
    public void resume() {
        context.runOnContext(turn -> {
            running = true;
            idle = null;
            while (outstanding < inFlight) {
                call(outstanding++);
            }
        });
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void forgetLatencies() {
        latencies.reset();
    }

    @Override
    public double medianMicros() {
        return latencies.getIntervalHistogram().getValueAtPercentile(50) / 1e3;
    }

    @Override
    public void pause() {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(turn -> {
            running = false;
            idle = drained;
            if (outstanding == 0) {
                drained.tryComplete();
            }
        });
        Waiting.on("draining the raw calls to " + replyQueue, drained.future());
    }

    @Override
    public void close() {
        Waiting.on("closing the raw calls", vertx.close());
    }
}
