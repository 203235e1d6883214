package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;
import org.apache.activemq.artemis.spi.core.remoting.Acceptor;
import org.jspecify.annotations.Nullable;

/** The ports the broker really listens on, which differ from the wanted ones where those are 0. */
record ListeningPorts(int amqp, int core, int mqtt, int stomp) {

    /** @throws BrokerStartException CONFIGURATION_INVALID if broker.xml lacks one of the four acceptors */
    static ListeningPorts of(RemotingService remoting) {
        return new ListeningPorts(
                actual(remoting, "amqp"),
                actual(remoting, "core"),
                actual(remoting, "mqtt"),
                actual(remoting, "stomp"));
    }

    private static int actual(RemotingService remoting, String name) {
        @Nullable Acceptor acceptor = remoting.getAcceptor(name);
        if (acceptor == null) {
            throw new BrokerStartException(
                    Reason.CONFIGURATION_INVALID,
                    "The broker's configuration is not valid: broker.xml has no acceptor named " + name);
        }
        return acceptor.getActualPort();
    }

    /**
     * Asks before the start, because Artemis first reads the whole journal and then only logs that a port is taken.
     *
     * @throws BrokerStartException PORT_IN_USE, or CONFIGURATION_INVALID where the host is not one of this machine
     */
    static void requireFree(EmbeddedBrokerOptions options) {
        requireFree("AMQP", options.host(), options.amqpPort());
        requireFree("Core", options.host(), options.corePort());
        requireFree("MQTT", options.host(), options.mqttPort());
        requireFree("STOMP", options.host(), options.stompPort());
    }

    private static void requireFree(String protocol, String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new BrokerStartException(
                    Reason.CONFIGURATION_INVALID,
                    "The broker's host " + host + " is not a known name, expected an address of this machine");
        }
        String socket = protocol + " port " + port + " on " + host;
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(address);
        } catch (BindException e) {
            throw refused(socket, e);
        } catch (IOException e) {
            throw new BrokerStartException(Reason.FAILED, "The broker's " + socket + " cannot be bound: " + e, e);
        }
    }

    private static BrokerStartException refused(String port, BindException refusal) {
        return String.valueOf(refusal.getMessage()).contains("in use")
                ? new BrokerStartException(
                        Reason.PORT_IN_USE, "The broker's " + port + " is in use by another program", refusal)
                : new BrokerStartException(
                        Reason.CONFIGURATION_INVALID,
                        "The broker's " + port + " cannot be bound: " + refusal.getMessage(),
                        refusal);
    }
}
