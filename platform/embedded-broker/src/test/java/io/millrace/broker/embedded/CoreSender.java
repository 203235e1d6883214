package io.millrace.broker.embedded;

import java.nio.charset.StandardCharsets;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;

/** Sends one durable message by the Core protocol, which sets no id of its own accord, and waits for the answer. */
final class CoreSender {

    private CoreSender() {}

    static void send(int port, String address, String body) {
        try (ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession()) {
            ClientMessage message = session.createMessage(Message.BYTES_TYPE, true);
            message.getBodyBuffer().writeBytes(body.getBytes(StandardCharsets.UTF_8));
            session.createProducer(address).send(message);
        } catch (Exception e) { // what Artemis declares
            throw new IllegalStateException("Core send to " + address + " failed: " + e, e);
        }
    }
}
