package io.millrace.testkit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A queue as its users see it, and the mappings of it as clients of the HTTP API see them. */
final class MappedQueue {
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";

    private final int amqpPort;
    private final URI api;
    private final String name;
    private final HttpClient client = HttpClient.newHttpClient();

    MappedQueue(int amqpPort, URI api, String name) {
        this.amqpPort = amqpPort;
        this.api = api;
        this.name = name;
    }

    String arn() {
        return "arn:aws:sqs:us-east-1:000000000000:" + name;
    }

    /** The queue is made with the first message. */
    void send(List<String> bodies) {
        try (JMSContext context = new JmsConnectionFactory("amqp://127.0.0.1:" + amqpPort).createContext()) {
            for (String body : bodies) {
                TextMessage message = context.createTextMessage(body);
                message.setStringProperty("kind", "order");
                message.setIntProperty("weight", 7);
                context.createProducer().send(context.createQueue(name), message);
            }
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    /** @param key as the property of a message names it */
    void sendWithKey(String key, String body) {
        try (JMSContext context = new JmsConnectionFactory("amqp://127.0.0.1:" + amqpPort).createContext()) {
            TextMessage message = context.createTextMessage(body);
            message.setStringProperty("millrace_idempotency_key", key);
            context.createProducer().send(context.createQueue(name), message);
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    /** @param group of a body */
    void sendInGroups(List<String> bodies, UnaryOperator<String> group) {
        try (JMSContext context = new JmsConnectionFactory("amqp://127.0.0.1:" + amqpPort).createContext()) {
            for (String body : bodies) {
                TextMessage message = context.createTextMessage(body);
                message.setStringProperty("JMSXGroupID", group.apply(body));
                message.setIntProperty("JMSXGroupSeq", 7);
                message.setStringProperty("_AMQ_DUPL_ID", "once " + body);
                context.createProducer().send(context.createQueue(name), message);
            }
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    /** Bodies of what waits in a queue. */
    List<String> waiting(String queue) {
        List<String> bodies = new ArrayList<>();
        try (JMSContext context = new JmsConnectionFactory("amqp://127.0.0.1:" + amqpPort).createContext();
                QueueBrowser browser = context.createBrowser(context.createQueue(queue))) {
            for (Enumeration<?> each = browser.getEnumeration(); each.hasMoreElements(); ) {
                bodies.add(((TextMessage) each.nextElement()).getText());
            }
            return bodies;
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    /** Takes one message; its body, and how often the queue says that it was handed over. */
    String receive() {
        try (JMSContext context = new JmsConnectionFactory("amqp://127.0.0.1:" + amqpPort).createContext()) {
            TextMessage message = (TextMessage)
                    context.createConsumer(context.createQueue(name)).receive(60_000);
            return message.getText() + ", delivery " + message.getIntProperty("JMSXDeliveryCount");
        } catch (JMSException refused) {
            throw new JMSRuntimeException(refused.getMessage(), refused.getErrorCode(), refused);
        }
    }

    /** @param members as JSON, each after a comma */
    String map(String function, String members) {
        JsonObject answer = send(
                "POST",
                MAPPINGS,
                "{\"EventSourceArn\": \"" + arn() + "\", \"FunctionName\": \"" + function + "\"" + members + "}",
                202);
        return answer.getString("UUID");
    }

    void change(String uuid, String members) {
        send("PUT", MAPPINGS + "/" + uuid, members, 202);
    }

    void delete(String uuid) {
        send("DELETE", MAPPINGS + "/" + uuid, "", 202);
    }

    boolean exists(String uuid) {
        return exchange("GET", MAPPINGS + "/" + uuid, "").statusCode() != 404;
    }

    String state(String uuid) {
        return send("GET", MAPPINGS + "/" + uuid, "", 200).getString("State");
    }

    /** So many environments at once; 0 switches the function off. */
    void reserve(String function, int permits) {
        send(
                "PUT",
                "/2017-10-31/functions/" + function + "/concurrency",
                "{\"ReservedConcurrentExecutions\": " + permits + "}",
                200);
    }

    private JsonObject send(String method, String path, String body, int expected) {
        HttpResponse<String> answer = exchange(method, path, body);
        if (answer.statusCode() != expected) {
            throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return new JsonObject(answer.body());
    }

    private HttpResponse<String> exchange(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                .method(method, BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** Records of an event as the function gets them. */
    static List<JsonObject> records(byte[] event) {
        JsonArray records = new JsonObject(io.vertx.core.buffer.Buffer.buffer(event)).getJsonArray("Records");
        return records.stream().map(JsonObject.class::cast).toList();
    }
}
