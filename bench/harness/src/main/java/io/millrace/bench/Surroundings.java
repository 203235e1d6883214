package io.millrace.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the lanes of a run share: one broker, one directory.
 *
 * @param directory for data and logs of the run
 * @param broker that everybody speaks to
 * @param springClassPath of the Spring process
 * @param queues counted, so that no two lanes meet in one
 */
record Surroundings(Path directory, BrokerProcess broker, String springClassPath, AtomicInteger queues) {
    private static final String BARE_REQUEST = "POST / HTTP/1.1\r\nContent-Type: application/json\r\n";

    Lane rawPipe(Load load, boolean hop) {
        return hop
                ? RawPipe.withHop(broker.amqpPort(), nextQueue(), load, Handlers.executor())
                : RawPipe.withoutHop(broker.amqpPort(), nextQueue(), load);
    }

    Lane rawCalls(int inFlight) {
        return RawCalls.connect(broker.amqpPort(), nextQueue(), inFlight);
    }

    Lane platformPipe(Load load, int functions) {
        return platformPipe(load, functions, Map.of());
    }

    /** @param settings beside the usual ones */
    Lane platformPipe(Load load, int functions, Map<String, String> settings) {
        String function = nextFunction();
        return PlatformPipe.start(directory.resolve(function), brokerUrl(), function, functions, load, settings);
    }

    Lane keyedPipe(Load load) {
        String function = nextFunction();
        return PlatformPipe.keyed(directory.resolve(function), brokerUrl(), function, load);
    }

    String backlog() {
        String function = nextFunction();
        return Backlog.run(this, directory.resolve(function), function);
    }

    Lane rawBatches(int batchSize) {
        return RawBatches.connect(broker.amqpPort(), nextQueue(), batchSize);
    }

    Lane platformCalls(int inFlight) {
        String function = nextFunction();
        return PlatformCalls.start(directory.resolve(function), brokerUrl(), function, inFlight);
    }

    /** @param type of the invocations, as the API's header has it */
    Lane platformGateway(String type, int wanted) {
        String function = nextFunction();
        PlatformGateway gateway = PlatformGateway.start(directory.resolve(function), brokerUrl(), function);
        return HttpLoad.against(gateway, gateway.port(), gateway.invocation(type), Load.body(), wanted);
    }

    Lane bareCalls() {
        BareGateway gateway = BareGateway.calls(broker.amqpPort(), nextQueue());
        return HttpLoad.against(gateway, gateway.port(), BARE_REQUEST, Load.body(), 200);
    }

    Lane bareEvents() {
        BareGateway gateway = BareGateway.events(broker.amqpPort(), nextQueue());
        return HttpLoad.against(gateway, gateway.port(), BARE_REQUEST, Load.body(), 202);
    }

    Lane spring(Load load) {
        return SpringListener.start(directory, springClassPath, broker, load);
    }

    /** A name that no other queue of the run has. */
    String nextQueue() {
        return RawQueues.PREFIX + queues.incrementAndGet();
    }

    /** A name that no other function of the run has; also free as the name of a folder. */
    String nextFunction() {
        return "bench-" + queues.incrementAndGet();
    }

    String brokerUrl() {
        return "amqp://127.0.0.1:" + broker.amqpPort();
    }
}
