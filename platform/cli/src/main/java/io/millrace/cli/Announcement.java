package io.millrace.cli;

import io.millrace.Millrace;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a server listens and how it holds uploaded code, one line each: a name, spaces, and what it is about. */
record Announcement(Map<String, String> lines) {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    static Announcement of(Millrace millrace, Path data) {
        Map<String, String> lines = new LinkedHashMap<>();
        millrace.httpUrl().ifPresent(http -> lines.put("http", http.toString()));
        lines.put("amqp", millrace.brokerUrl());
        millrace.embeddedBroker().ifPresent(broker -> {
            String host = URI.create(millrace.brokerUrl()).getHost();
            lines.put("core", "tcp://" + host + ":" + broker.corePort());
            lines.put("mqtt", "tcp://" + host + ":" + broker.mqttPort());
            lines.put("stomp", "tcp://" + host + ":" + broker.stompPort());
        });
        if (millrace.httpUrl().isPresent()) {
            lines.put("keys", millrace.access());
        }
        lines.put("data", data.toAbsolutePath().normalize().toString());
        lines.put("code", "isolation " + millrace.isolation());
        return new Announcement(lines);
    }

    void print(PrintWriter out) {
        String threads =
                Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS ? "virtual threads" : "platform threads";
        out.printf("Millrace %s on Java %s, %s%n", Version.text(), System.getProperty("java.version"), threads);
        lines.forEach((name, value) -> out.printf("  %-5s  %s%n", name, value));
    }
}
