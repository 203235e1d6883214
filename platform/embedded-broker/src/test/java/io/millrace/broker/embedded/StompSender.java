package io.millrace.broker.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends one STOMP frame over a bare socket and waits for the broker's receipt. */
final class StompSender {

    private StompSender() {}

    static void send(int port, String destination, String body) {
        try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port)) {
            socket.setSoTimeout(60_000);
            write(socket, "CONNECT\naccept-version:1.2\nhost:localhost\n\n");
            expect("CONNECTED", frame(socket.getInputStream()));
            write(socket, "SEND\ndestination:" + destination + "\npersistent:true\nreceipt:1\n\n" + body);
            expect("RECEIPT", frame(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException("STOMP send to " + destination + " failed", e);
        }
    }

    private static void write(Socket socket, String frame) throws IOException {
        socket.getOutputStream().write((frame + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static String frame(InputStream in) throws IOException {
        StringBuilder frame = new StringBuilder();
        for (int next = in.read(); next > 0; next = in.read()) {
            frame.append((char) next);
        }
        return frame.toString().strip();
    }

    private static void expect(String command, String frame) {
        if (!frame.startsWith(command)) {
            throw new IllegalStateException("STOMP frame " + command + " expected, got: " + frame);
        }
    }
}
