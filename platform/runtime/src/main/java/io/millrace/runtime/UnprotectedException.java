package io.millrace.runtime;

import java.net.InetSocketAddress;

/** A door that would let anybody in; the message is one line for an operator. */
public final class UnprotectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private UnprotectedException(String message) {
        super(message);
    }

    static UnprotectedException http(InetSocketAddress address) {
        return new UnprotectedException("HTTP would listen on '" + address.getHostString() + ":" + address.getPort()
                + "' for others than this machine, and there are no access keys; expected a key (millrace key create"
                + " --data DIR), a loopback address such as 127.0.0.1, or --insecure");
    }

    /** The broker has no users of its own: who reaches it may do everything. */
    public static UnprotectedException broker(String host) {
        return new UnprotectedException("the broker would listen on '" + host + "' (setting broker.host) for others"
                + " than this machine, and it asks nobody for a password; expected a loopback address such as"
                + " 127.0.0.1, or --insecure");
    }
}
