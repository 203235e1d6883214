package io.millrace.broker.embedded;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonClient;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;

/** A blocking AMQP client for tests: every method waits for the broker's answer, 10 s at most. */
final class AmqpClient implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final ProtonConnection connection;

    private AmqpClient(int port) {
        this.connection =
                done(ProtonClient.create(vertx).connect("127.0.0.1", port).compose(AmqpClient::open));
    }

    static AmqpClient connect(int port) {
        return new AmqpClient(port);
    }

    private static Future<ProtonConnection> open(ProtonConnection connection) {
        Promise<ProtonConnection> opened = Promise.promise();
        connection.setContainer("test").openHandler(opened::handle).open();
        return opened.future();
    }

    /** @throws RuntimeException with the broker's condition, if the link or the message is refused */
    void send(String address, Message message) {
        DeliveryState state = done(onContext(() -> sender(address).compose(sender -> sendBy(sender, message))));
        if (state instanceof Rejected rejected) {
            throw new IllegalStateException(rejected.getError().getCondition() + ": "
                    + rejected.getError().getDescription());
        }
        if (!(state instanceof Accepted)) {
            throw new IllegalStateException("Not accepted but " + state);
        }
    }

    private Future<ProtonSender> sender(String address) {
        Promise<ProtonSender> opened = Promise.promise();
        ProtonSender sender = connection.createSender(address);
        sender.openHandler(opened::handle);
        sender.open();
        return opened.future().compose(AmqpClient::withCredit);
    }

    private static Future<ProtonSender> withCredit(ProtonSender sender) {
        Promise<ProtonSender> ready = Promise.promise();
        sender.closeHandler(
                gone -> ready.tryFail(gone.succeeded() ? new IllegalStateException("closed") : gone.cause()));
        sender.sendQueueDrainHandler(hasCredit -> ready.tryComplete(sender));
        return ready.future();
    }

    private static Future<DeliveryState> sendBy(ProtonSender sender, Message message) {
        Promise<DeliveryState> settled = Promise.promise();
        sender.send(message, delivery -> settled.tryComplete(delivery.getRemoteState()));
        return settled.future().onComplete(end -> sender.close());
    }

    /** One message of the queue, accepted. */
    Message receive(String queue) {
        return receive(queue, Accepted.getInstance());
    }

    /** One message of the queue, given back so that the broker counts an attempt. */
    Message receiveAndFail(String queue) {
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        return receive(queue, failed);
    }

    private Message receive(String queue, DeliveryState outcome) {
        return done(onContext(() -> {
            Promise<Message> received = Promise.promise();
            ProtonReceiver receiver = connection.createReceiver(queue);
            receiver.setPrefetch(0).setAutoAccept(false);
            receiver.openHandler(opened -> {
                if (opened.failed()) {
                    received.tryFail(opened.cause());
                }
            });
            receiver.closeHandler(gone -> received.tryFail(String.valueOf(gone.cause())));
            receiver.handler((delivery, message) -> {
                delivery.disposition(outcome, true);
                receiver.closeHandler(closed -> received.tryComplete(message));
                receiver.close();
            });
            receiver.open();
            receiver.flow(1);
            return received.future();
        }));
    }

    /** A management operation, by messages as Artemis' manual describes it, and its result as JSON. */
    String manage(String resource, String operation, String parametersJson) {
        return done(onContext(() -> {
            Promise<String> answered = Promise.promise();
            ProtonReceiver replies = connection.createReceiver(null);
            Source source = (Source) replies.getSource();
            source.setDynamic(true);
            replies.openHandler(opened -> {
                if (opened.failed()) {
                    answered.tryFail(opened.cause());
                    return;
                }
                Message request = Message.Factory.create();
                request.setReplyTo(((Source) opened.result().getRemoteSource()).getAddress());
                request.setApplicationProperties(new ApplicationProperties(
                        Map.of("_AMQ_ResourceName", resource, "_AMQ_OperationName", operation)));
                request.setBody(new AmqpValue(parametersJson));
                sender("activemq.management").compose(sender -> sendBy(sender, request));
            });
            replies.handler((delivery, reply) -> {
                Object ok = reply.getApplicationProperties().getValue().get("_AMQ_OperationSucceeded");
                String text = String.valueOf(((AmqpValue) reply.getBody()).getValue());
                if (Boolean.TRUE.equals(ok)) {
                    answered.tryComplete(text);
                } else {
                    answered.tryFail(text);
                }
                replies.close();
            });
            replies.open();
            return answered.future();
        }));
    }

    /** What Millrace does for a new function. */
    void createAnycastQueue(String name) {
        manage(
                "broker",
                "createQueue",
                "[\"{\\\"name\\\":\\\"" + name + "\\\",\\\"address\\\":\\\"" + name
                        + "\\\",\\\"routing-type\\\":\\\"ANYCAST\\\",\\\"durable\\\":true}\"]");
    }

    static Message text(String body) {
        Message message = ProtonHelper.message(body);
        message.setDurable(true);
        return message;
    }

    static String body(Message message) {
        return String.valueOf(((AmqpValue) message.getBody()).getValue());
    }

    @FunctionalInterface
    private interface Work<T> {
        Future<T> start();
    }

    private <T> Future<T> onContext(Work<T> work) {
        Promise<T> promise = Promise.promise();
        vertx.runOnContext(x -> {});
        contextOf(connection).runOnContext(turn -> work.start().onComplete(promise));
        return promise.future();
    }

    private static io.vertx.core.Context contextOf(ProtonConnection connection) {
        return ((io.vertx.proton.impl.ProtonConnectionImpl) connection).getContext();
    }

    private static <T> T done(Future<T> future) {
        LinkedBlockingQueue<List<Object>> result = new LinkedBlockingQueue<>();
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        done(onContext(() -> {
            connection.disconnect();
            return Future.succeededFuture();
        }));
        done(vertx.close());
    }
}
