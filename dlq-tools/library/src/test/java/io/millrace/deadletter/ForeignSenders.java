package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Publishers that are not ours: of other protocols, and JMS over AMQP. */
final class ForeignSenders {
    private ForeignSenders() {}

    static void mqtt(int port, String topic, byte[] payload) throws MqttException {
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "sender", new MemoryPersistence())) {
            client.connect();
            client.publish(topic, payload, 1, false);
            client.disconnect();
        }
    }

    static void stomp(int port, String address, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            out.write("CONNECT\naccept-version:1.2\nhost:127.0.0.1\n\n\0".getBytes(UTF_8));
            out.write(("SEND\ndestination:" + address + "\nreceipt:1\n\n" + text + "\0").getBytes(UTF_8));
            out.flush();
            String line = in.readLine();
            while (line != null && !line.contains("RECEIPT")) {
                line = in.readLine();
            }
        }
    }

    static void core(int port, String address, byte[] payload) throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession()) {
            ClientMessage message = session.createMessage(ClientMessage.BYTES_TYPE, true);
            message.getBodyBuffer().writeBytes(payload);
            session.createProducer(address).send(message);
        }
    }

    /** Fills the body of a Core message. */
    interface CoreBody {
        void write(ClientMessage message);
    }

    /** @param type of {@link ClientMessage}: as Core's JMS client sends texts, maps and objects */
    static void core(int port, String address, byte type, CoreBody body) throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession()) {
            ClientMessage message = session.createMessage(type, true);
            body.write(message);
            session.createProducer(address).send(message);
        }
    }

    /** Makes a JMS message. */
    interface JmsMessage {
        Message of(Session session) throws JMSException;
    }

    static void jms(int port, String address, List<JmsMessage> messages) throws JMSException {
        try (Connection connection = new JmsConnectionFactory("amqp://127.0.0.1:" + port).createConnection();
                Session session = connection.createSession()) {
            try (MessageProducer producer = session.createProducer(session.createQueue(address))) {
                for (JmsMessage each : messages) {
                    producer.send(each.of(session));
                }
            }
        }
    }
}
