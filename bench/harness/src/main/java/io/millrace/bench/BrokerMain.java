package io.millrace.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** Main class of the broker's process: {@code BrokerMain DATA_DIRECTORY}; ends when standard input does. */
final class BrokerMain {

    private static final int JOURNAL_BUFFER_TIMEOUT_NANOS = 100_000;
    private static final long REDELIVERY_DELAY_MILLIS = 100;

    private BrokerMain() {}

    public static void main(String[] arguments) throws Exception {
        int amqpPort = freePort();
        int corePort = freePort();
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration(new File(arguments[0]), amqpPort, corePort));
        broker.start();
        if (!broker.getActiveMQServer().isActive()) {
            throw new IllegalStateException("the broker on " + arguments[0] + " did not start, see the lines above");
        }
        System.out.println(amqpPort + " " + corePort);
        while (System.in.read() >= 0) {
            // Nothing is ever said: the end of the stream is the word.
        }
        broker.stop();
    }

    private static Configuration configuration(File data, int amqpPort, int corePort) throws Exception {
        String amqpOptions = "?protocols=AMQP&amqpCredits=1000&amqpLowCredits=300&amqpDuplicateDetection=true";
        Configuration configuration = new ConfigurationImpl()
                .setName("bench")
                .setPersistenceEnabled(true)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setJournalType(JournalType.NIO)
                .setJournalDatasync(true)
                .setJournalSyncTransactional(true)
                .setJournalSyncNonTransactional(true)
                .setJournalBufferTimeout_NIO(JOURNAL_BUFFER_TIMEOUT_NANOS)
                .setMaxRedeliveryRecords(1)
                .setJournalDirectory(new File(data, "journal").getPath())
                .setBindingsDirectory(new File(data, "bindings").getPath())
                .setPagingDirectory(new File(data, "paging").getPath())
                .setLargeMessagesDirectory(new File(data, "large-messages").getPath())
                .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:" + amqpPort + amqpOptions)
                .addAcceptorConfiguration("core", "tcp://127.0.0.1:" + corePort + "?protocols=CORE");
        configuration.addAddressSetting("#", settings());
        return configuration;
    }

    private static AddressSettings settings() {
        return new AddressSettings()
                .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                .setDefaultQueueRoutingType(RoutingType.ANYCAST)
                .setAutoDeleteQueues(false)
                .setAutoDeleteAddresses(false)
                .setMaxDeliveryAttempts(-1)
                .setRedeliveryDelay(REDELIVERY_DELAY_MILLIS)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setMaxSizeBytes(512L * 1024 * 1024);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
