package io.millrace.eventsource.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way to a server that keeps what it has in memory, and that therefore cannot be stopped: the way can. Open at
 * first.
 */
public final class NetworkGate implements RealServer, AutoCloseable {
    private final int serverPort;
    private final int port;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private ServerSocket listening;

    /** @param serverPort on this machine */
    public NetworkGate(int serverPort) {
        this.serverPort = serverPort;
        this.listening = listen(0);
        this.port = listening.getLocalPort();
        accept(listening);
    }

    /** Where the server is reached through the gate; always the same. */
    public int port() {
        return port;
    }

    @Override
    public synchronized void stop() {
        quietly(listening);
        connections.forEach(NetworkGate::quietly);
        connections.clear();
    }

    @Override
    public synchronized void start() {
        listening = listen(port);
        accept(listening);
    }

    @Override
    public void close() {
        stop();
    }

    private static ServerSocket listen(int port) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException taken) {
            throw new UncheckedIOException("no gate on port " + port, taken);
        }
    }

    private void accept(ServerSocket socket) {
        inBackground(() -> {
            while (!socket.isClosed()) {
                Socket caller = socket.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                connections.add(caller);
                connections.add(server);
                inBackground(() -> pass(caller, server));
                inBackground(() -> pass(server, caller));
                if (socket.isClosed()) { // Stopped meanwhile.
                    quietly(caller);
                    quietly(server);
                }
            }
        });
    }

    private void pass(Socket from, Socket to) throws IOException {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } finally {
            connections.remove(from);
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException closed) { // The end of a connection, or of the gate.
                        Thread.currentThread().interrupt();
                    }
                },
                "network-gate");
        thread.setDaemon(true);
        thread.start();
    }

    private static void quietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception alreadyClosed) {
            throw new IllegalStateException("a socket that cannot be closed", alreadyClosed);
        }
    }
}
