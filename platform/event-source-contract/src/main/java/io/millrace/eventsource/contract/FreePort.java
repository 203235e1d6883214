package io.millrace.eventsource.contract;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** A port for a server that must be told one: it runs in another process, or comes back where it was. Thread-safe. */
public final class FreePort {
    private static final int FIRST = 20_000;
    private static final int END = 32_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /**
     * One of the loopback address that nobody has now; below those that the system gives to who asks for any, as whoever
     * takes it does so a while after this, and perhaps twice. None is given twice in this JVM.
     *
     * @return 20,000 to 31,999
     */
    public static int find() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return port;
                }
            } catch (BindException taken) {
                // Then another one.
            }
        }
    }
}
