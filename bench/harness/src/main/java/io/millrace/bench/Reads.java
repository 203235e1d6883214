package io.millrace.bench;

import java.util.stream.DoubleStream;

/** How many reads of the control plane the HTTP door answers. */
final class Reads {
    static final String NAME = "control-plane-reads";

    private Reads() {}

    static String run(Surroundings on, Pairing pairing) {
        String function = on.nextFunction();
        PlatformGateway gateway = PlatformGateway.start(on.directory().resolve(function), on.brokerUrl(), function);
        try (Lane reads = HttpLoad.against(gateway, gateway.port(), gateway.read(), new byte[0], 200)) {
            reads.measure(pairing.settlingIn(), pairing.warmUp());
            double[] perSecond = DoubleStream.generate(() ->
                            reads.measure(pairing.warmUp(), pairing.measured()).perSecond())
                    .limit(pairing.pairs())
                    .toArray();
            return Measured.line(NAME, Spread.of(DoubleStream.of(perSecond)), "requests/s");
        }
    }
}
