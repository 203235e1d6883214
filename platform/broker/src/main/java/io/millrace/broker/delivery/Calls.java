package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.connection.NotSentException;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and waits for their replies on one queue of its own. Thread-safe; never blocks. A request is not
 * durable: if its worker dies, the caller gets no answer in time, as with any call.
 */
public final class Calls {
    private static final int REPLY_CREDIT = 2_000;
    private static final long DEADLINE_CHECK_MILLIS = 50;

    private final BrokerConnection connection;
    private final Mailbox<Call> mailbox;
    private final Map<String, OutboundLink> links = new HashMap<>();
    private final Map<Object, Call> waiting = new HashMap<>();
    private final String ownAddress = Topology.replyAddress(UUID.randomUUID().toString());
    private final ArrayDeque<Call> unaddressed = new ArrayDeque<>();
    private @Nullable String replyTo;

    public Calls(Vertx vertx, BrokerConnection connection) {
        this.connection = connection;
        this.mailbox = new Mailbox<>(connection.context(), this::post, () -> {});
        connection.run(() -> {
            connection.whenUp(this::attach);
            connection.whenDown(this::lost);
            vertx.setPeriodic(DEADLINE_CHECK_MILLIS, tick -> failLate());
        });
    }

    private record Call(
            String address,
            Message request,
            long deadlineNanos,
            @Nullable Predicate<Message> parts,
            Promise<Message> reply) {}

    /**
     * @param request with a message id of its own, which the reply carries as correlation id
     * @param within how long to wait
     * @return the reply; fails with BrokerUnavailableException when none came or the broker is away, and with its
     *     NotSentException where the request did not leave
     */
    public Future<Message> call(String address, Message request, Duration within) {
        return send(address, request, within, null);
    }

    /**
     * As {@link #call(String, Message, Duration)}, for an answer that may come in several messages.
     *
     * @param parts takes, in order and on the connection's event loop, what may be a message before the last; false for
     *     the last one, which is the reply
     */
    public Future<Message> call(String address, Message request, Duration within, Predicate<Message> parts) {
        return send(address, request, within, parts);
    }

    /** Sends a message that nobody answers; dropped where it cannot be sent. */
    public void tell(String address, Message message) {
        connection.run(() -> {
            if (connection.isUp()) {
                link(address).send(EncodedMessage.of(message), Promise.promise());
            }
        });
    }

    private OutboundLink link(String address) {
        return links.computeIfAbsent(address, to -> new OutboundLink(connection, to, true));
    }

    private Future<Message> send(String address, Message request, Duration within, @Nullable Predicate<Message> parts) {
        if (!connection.isUp()) {
            return Future.failedFuture(notSent());
        }
        Promise<Message> reply = Promise.promise();
        mailbox.add(new Call(address, request, System.nanoTime() + within.toNanos(), parts, reply));
        return reply.future();
    }

    private void attach(ProtonConnection up) {
        ProtonReceiver receiver = up.createReceiver(ownAddress);
        receiver.setQoS(ProtonQoS.AT_MOST_ONCE);
        receiver.setPrefetch(0);
        int[] used = {0};
        receiver.handler((delivery, message) -> {
            // Half at a time: a credit frame for each reply would cost as much as the reply.
            if (++used[0] >= REPLY_CREDIT / 2) {
                receiver.flow(used[0]);
                used[0] = 0;
            }
            answered(message);
        });
        receiver.openHandler(opened -> {
            if (opened.succeeded()) {
                replyTo = ownAddress;
                while (!unaddressed.isEmpty()) {
                    post(unaddressed.remove());
                }
            }
        });
        receiver.open();
        receiver.flow(REPLY_CREDIT);
    }

    private void post(Call call) {
        if (!connection.isUp()) {
            call.reply().tryFail(notSent());
            return;
        }
        if (replyTo == null) {
            unaddressed.add(call);
            return;
        }
        waiting.put(call.request().getMessageId(), call);
        call.request().setReplyTo(replyTo);
        Promise<Void> sent = Promise.promise();
        link(call.address()).send(EncodedMessage.of(call.request()), sent);
        if (!sent.future().succeeded()) {
            sent.future().onFailure(failure -> {
                waiting.remove(call.request().getMessageId());
                call.reply().tryFail(failure);
            });
        }
    }

    private void answered(Message reply) {
        Call call = waiting.remove(reply.getCorrelationId());
        if (call == null) {
            return;
        }
        if (call.parts() != null && call.parts().test(reply)) {
            waiting.put(reply.getCorrelationId(), call);
        } else {
            call.reply().tryComplete(reply);
        }
    }

    private void failLate() {
        if (waiting.isEmpty() && unaddressed.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        List<Call> late = new ArrayList<>();
        for (Iterator<Call> calls = waiting.values().iterator(); calls.hasNext(); ) {
            Call call = calls.next();
            if (call.deadlineNanos() - now < 0) {
                calls.remove();
                late.add(call);
            }
        }
        unaddressed.removeIf(call -> call.deadlineNanos() - now < 0 && late.add(call));
        for (Call call : late) {
            call.reply()
                    .tryFail(new BrokerUnavailableException(
                            "no answer from " + call.address() + " in time; whether it ran is unknown"));
        }
    }

    private void lost() {
        replyTo = null;
        List<Call> unanswered = List.copyOf(waiting.values());
        List<Call> unsent = List.copyOf(unaddressed);
        waiting.clear();
        unaddressed.clear();
        links.clear();
        unanswered.forEach(call -> call.reply().tryFail(new BrokerUnavailableException(away())));
        unsent.forEach(call -> call.reply().tryFail(notSent()));
    }

    private NotSentException notSent() {
        return new NotSentException(away());
    }

    private String away() {
        return "broker " + connection.address() + " is not reachable";
    }
}
