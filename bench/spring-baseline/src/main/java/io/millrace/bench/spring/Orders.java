package io.millrace.bench.spring;

import jakarta.jms.Queue;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.jms.client.ActiveMQQueue;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/** Publishes orders from several threads and listens to them with as many listeners as there are slots. */
@Component
class Orders {

    /** Each blocks for the broker's disk, so it takes several to keep the listeners fed. */
    private static final int PUBLISHERS = 32;

    private static final String QUEUE = "spring";
    private static final int BODY_BYTES = 256;

    /** Made once: by its name alone the client would ask the broker about it for every message. */
    private final Queue queue = new ActiveMQQueue(QUEUE);

    private final JmsTemplate jms;
    private final int outstanding;
    private final Semaphore room;
    private final AtomicLong completed = new AtomicLong();
    private final ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS, Orders::daemon);
    private final byte[] body = body();
    private volatile boolean running;

    Orders(JmsTemplate jms, @Value("${bench.outstanding}") int outstanding) {
        this.jms = jms;
        this.outstanding = outstanding;
        this.room = new Semaphore(outstanding);
    }

    @JmsListener(destination = QUEUE, concurrency = "${bench.concurrency}")
    void received(byte[] order) {
        if (order.length != BODY_BYTES) {
            throw new IllegalArgumentException("order of " + order.length + " bytes, expected " + BODY_BYTES);
        }
        completed.incrementAndGet();
        room.release();
    }

    String obey(String command) {
        return switch (command) {
            case "resume" -> resume();
            case "completed" -> Long.toString(completed.get());
            case "pause" -> pause();
            default ->
                throw new IllegalArgumentException("command '" + command + "', expected resume, completed or pause");
        };
    }

    private String resume() {
        running = true;
        for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
            publishers.execute(this::publish);
        }
        return "resumed";
    }

    private void publish() {
        while (running) {
            room.acquireUninterruptibly();
            if (!running) {
                room.release();
                return;
            }
            jms.convertAndSend(queue, body);
        }
    }

    private String pause() {
        running = false;
        // All of the room is free again when every order published has been received.
        room.acquireUninterruptibly(outstanding);
        room.release(outstanding);
        return "paused";
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "publisher");
        thread.setDaemon(true);
        return thread;
    }

    private static byte[] body() {
        String head = "{\"orderId\":\"4711\",\"note\":\"";
        String tail = "\"}";
        String note = "x".repeat(BODY_BYTES - head.length() - tail.length());
        return (head + note + tail).getBytes(StandardCharsets.US_ASCII);
    }
}
