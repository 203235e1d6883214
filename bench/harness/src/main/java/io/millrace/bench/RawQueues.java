package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/** What the broker is to do with the queues of the raw lanes, beyond what it does with any. */
final class RawQueues {
    static final String PREFIX = "bench.";

    private RawQueues() {}

    /** Failed events come back after the same delay as the platform's, and as often as it takes. */
    static void setUp(int port) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        try {
            BrokerConnection connection = Waiting.on(
                    "connecting to the broker",
                    BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", port), "bench"));
            Waiting.on("connecting to the broker", connection.firstUp());
            String settings = "{\"redeliveryDelay\":" + Load.RETRY_DELAY.toMillis()
                    + ",\"maxDeliveryAttempts\":-1,\"enableIngressTimestamp\":false"
                    + ",\"autoDeleteQueues\":false,\"autoDeleteAddresses\":false}";
            Waiting.on(
                    "setting up the raw queues",
                    new BrokerManagement(connection).operation("broker", "addAddressSettings", PREFIX + "#", settings));
            Waiting.on("disconnecting", connection.close());
        } finally {
            Waiting.on("closing", vertx.close());
        }
    }
}
