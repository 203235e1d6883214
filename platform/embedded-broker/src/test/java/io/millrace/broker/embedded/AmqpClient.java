package io.millrace.broker.embedded;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonClient;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A blocking AMQP client for tests: every method waits for the broker's answer or its end, 10 s at most. */
final class AmqpClient implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Promise<Void> connectionLost = Promise.promise();
    private final ProtonConnection connection;

    private AmqpClient(int port) {
        this.connection = onContext(() -> open(port));
    }

    static AmqpClient connect(int port) {
        return new AmqpClient(port);
    }

    private Future<ProtonConnection> open(int port) {
        Promise<ProtonConnection> opened = Promise.promise();
        ProtonClient.create(vertx).connect("127.0.0.1", port, connected -> {
            if (connected.failed()) {
                opened.fail(connected.cause());
            } else {
                connected
                        .result()
                        .disconnectHandler(gone -> connectionLost.tryFail("the connection is lost"))
                        .setContainer("test")
                        .openHandler(opened::handle)
                        .open();
            }
        });
        return opened.future();
    }

    /** @throws RuntimeException with the broker's condition, if the link or the message is refused */
    void send(String address, Message message) {
        requireAccepted(onContext(() -> sender(address).compose(sender -> sendBy(sender, message))));
    }

    /** The address is in the message, as clients do that send to many. */
    void sendByAnonymousLink(String address, Message message) {
        message.setAddress(address);
        requireAccepted(onContext(() -> sender(null).compose(sender -> sendBy(sender, message))));
    }

    private static void requireAccepted(DeliveryState state) {
        if (state instanceof Rejected rejected) {
            throw new IllegalStateException(rejected.getError().getCondition() + ": "
                    + rejected.getError().getDescription());
        }
        if (!(state instanceof Accepted)) {
            throw new IllegalStateException("Not accepted but " + state);
        }
    }

    private Future<ProtonSender> sender(@Nullable String address) {
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
        return onContext(() -> {
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
        });
    }

    /** A management operation, by messages as Artemis' manual describes it, and its result as JSON. */
    String manage(String resource, String operation, String parametersJson) {
        return onContext(() -> {
            Promise<String> answered = Promise.promise();
            ProtonReceiver replies = connection.createReceiver(null);
            Source source = (Source) replies.getSource();
            source.setDynamic(true);
            replies.openHandler(opened -> {
                if (opened.failed()) {
                    answered.tryFail(opened.cause());
                    return;
                }
                Message request = management(resource, operation, parametersJson);
                request.setReplyTo(((Source) opened.result().getRemoteSource()).getAddress());
                sender("activemq.management").compose(sender -> sendBy(sender, request));
            });
            replies.handler((delivery, reply) -> {
                Object ok = reply.getApplicationProperties().getValue().get("_AMQ_OperationSucceeded");
                String text = body(reply).replace("\\", ""); // JSON in a JSON string
                if (Boolean.TRUE.equals(ok)) {
                    answered.tryComplete(text);
                } else {
                    answered.tryFail(text);
                }
                replies.close();
            });
            replies.open();
            return answered.future();
        });
    }

    /** Asks and waits for no answer: a broker that stops on this request may be gone before it has told so. */
    void manageUnanswered(String resource, String operation, String parametersJson) {
        onContext(() -> sender("activemq.management")
                .map(sender -> sender.send(management(resource, operation, parametersJson))));
    }

    private static Message management(String resource, String operation, String parametersJson) {
        Message request = Message.Factory.create();
        request.setApplicationProperties(
                new ApplicationProperties(Map.of("_AMQ_ResourceName", resource, "_AMQ_OperationName", operation)));
        request.setBody(new AmqpValue(parametersJson));
        return request;
    }

    /** What Millrace does for a new function; an address that clients may not create has to be asked for by name. */
    void createAnycastQueue(String name) {
        String queue =
                """
                {"name":"%s","address":"%s","routing-type":"ANYCAST","durable":true,"auto-create-address":true}"""
                        .formatted(name, name);
        manage("broker", "createQueue", "[\"" + queue.replace("\"", "\\\"") + "\"]");
    }

    static Message text(String body) {
        Message message = ProtonHelper.message(body);
        message.setDurable(true);
        return message;
    }

    static String body(Message message) {
        return message.getBody() instanceof Data data
                ? new String(data.getValue().getArray(), StandardCharsets.UTF_8)
                : String.valueOf(((AmqpValue) message.getBody()).getValue());
    }

    @FunctionalInterface
    private interface Work<T> {
        Future<T> start();
    }

    private <T> T onContext(Work<T> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> {
            connectionLost.future().onFailure(done::tryFail);
            work.start().onSuccess(done::tryComplete).onFailure(done::tryFail);
        });
        return waitFor(done.future());
    }

    private static <T> T waitFor(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        Promise<Void> disconnected = Promise.promise();
        context.runOnContext(turn -> {
            connection.disconnect();
            disconnected.complete();
        });
        waitFor(disconnected.future());
        waitFor(vertx.close());
    }
}
