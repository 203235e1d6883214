package io.millrace.testkit;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonClient;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSender;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Programs that know the broker and a queue's name and nothing of Millrace. Each waits for the broker's answer. */
final class Publishers {
    private static final int PATIENCE_SECONDS = 60;

    private Publishers() {}

    /** Sends {@code body} once. */
    @FunctionalInterface
    interface Publisher {
        void sendTo(EmbeddedBroker broker, String queue, String body);

        /** To the function's address. */
        default void send(EmbeddedBroker broker, String function, String body) {
            sendTo(broker, "invoke." + function, body);
        }
    }

    /** Makes the one message that a JMS publisher sends. */
    @FunctionalInterface
    interface MessageMaker {
        Message make(JMSContext context, String body) throws JMSException;
    }

    static final MessageMaker TEXT = JMSContext::createTextMessage;

    static final MessageMaker BYTES = (context, body) -> {
        jakarta.jms.BytesMessage message = context.createBytesMessage();
        message.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        return message;
    };

    static Publisher jmsByAmqp(MessageMaker maker) {
        return (broker, queue, body) ->
                jms(new JmsConnectionFactory("amqp://127.0.0.1:" + broker.amqpPort()), maker, queue, body);
    }

    static Publisher jmsByCore(MessageMaker maker) {
        return (broker, queue, body) -> {
            try (ActiveMQConnectionFactory factory =
                    new ActiveMQConnectionFactory("tcp://127.0.0.1:" + broker.corePort())) {
                jms(factory, maker, queue, body);
            }
        };
    }

    private static void jms(ConnectionFactory factory, MessageMaker maker, String queue, String body) {
        try (JMSContext context = factory.createContext()) {
            context.createProducer().send(context.createQueue(queue), maker.make(context, body));
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    static void amqp(EmbeddedBroker broker, String queue, String body) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setDurable(true);
        message.setBody(new Data(new Binary(body.getBytes(StandardCharsets.UTF_8))));
        Vertx vertx = Vertx.vertx();
        try {
            Promise<Void> accepted = Promise.promise();
            ProtonClient.create(vertx).connect("127.0.0.1", broker.amqpPort(), connected -> {
                ProtonConnection connection = connected.result();
                connection
                        .openHandler(opened -> {
                            ProtonSender sender = connection.createSender(queue);
                            sender.openHandler(ready -> sender.send(message, delivery -> {
                                if (delivery.getRemoteState() instanceof Accepted) {
                                    accepted.complete();
                                } else {
                                    accepted.fail("refused: " + delivery.getRemoteState());
                                }
                            }));
                            sender.open();
                        })
                        .open();
            });
            wait(accepted.future());
        } finally {
            wait(vertx.close());
        }
    }

    private static void wait(Future<Void> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    static void mqtt(EmbeddedBroker broker, String queue, String body) {
        String topic = queue.replace('.', '/');
        String server = "tcp://127.0.0.1:" + broker.mqttPort();
        try (MqttClient client = new MqttClient(server, "sensor", new MemoryPersistence())) {
            client.setTimeToWait(PATIENCE_SECONDS * 1_000L);
            client.connect();
            client.publish(topic, body.getBytes(StandardCharsets.UTF_8), 1, false);
            client.disconnect();
        } catch (MqttException refused) {
            throw new IllegalStateException("MQTT publish to " + topic + " failed: " + refused, refused);
        }
    }

    static void stomp(EmbeddedBroker broker, String queue, String body) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.stompPort())) {
            socket.setSoTimeout(PATIENCE_SECONDS * 1_000);
            write(socket, "CONNECT\naccept-version:1.2\nhost:localhost\n\n");
            expect("CONNECTED", socket.getInputStream());
            write(socket, "SEND\ndestination:" + queue + "\npersistent:true\nreceipt:1\n\n" + body);
            expect("RECEIPT", socket.getInputStream());
        } catch (IOException gone) {
            throw new UncheckedIOException("STOMP send to " + queue + " failed", gone);
        }
    }

    private static void write(Socket socket, String frame) throws IOException {
        socket.getOutputStream().write((frame + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static void expect(String command, InputStream in) throws IOException {
        StringBuilder frame = new StringBuilder();
        for (int next = in.read(); next > 0; next = in.read()) {
            frame.append((char) next);
        }
        if (!frame.toString().strip().startsWith(command)) {
            throw new IllegalStateException("STOMP frame " + command + " expected, got: " + frame);
        }
    }
}
