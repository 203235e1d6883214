package io.millrace.broker.embedded;

import java.nio.charset.StandardCharsets;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Publishes one MQTT message with QoS 1 and waits for the broker's PUBACK. */
final class MqttSender {

    private MqttSender() {}

    static void publish(int port, String topic, String body) {
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "test-sender", new MemoryPersistence())) {
            client.setTimeToWait(60_000);
            client.connect();
            client.publish(topic, body.getBytes(StandardCharsets.UTF_8), 1, false);
            client.disconnect();
        } catch (MqttException e) {
            throw new IllegalStateException("MQTT publish to " + topic + " failed: " + e, e);
        }
    }

    /** Subscribes and leaves again; being refused is fine. */
    static void trySubscribe(int port, String topic) {
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "test-reader", new MemoryPersistence())) {
            MqttConnectOptions keepSession = new MqttConnectOptions();
            keepSession.setCleanSession(false);
            client.setTimeToWait(60_000);
            client.connect(keepSession);
            trySubscribe(client, topic);
        } catch (MqttException e) {
            throw new IllegalStateException("MQTT connection for " + topic + " failed: " + e, e);
        }
    }

    private static void trySubscribe(MqttClient client, String topic) throws MqttException {
        try {
            client.subscribe(topic, 1);
            client.disconnect();
        } catch (MqttException refused) {
            client.disconnectForcibly(0, 1_000, false);
        }
    }
}
