package io.millrace.cli;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes a durable queue, unless there is one of this name.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class QueueCreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "NAME", description = "The queue, and the address messages for it are sent to.")
    private String name;

    @Option(
            names = "--redelivery-delay",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "How long a message that failed waits in the queue before it comes again, as 30s, 5m or PT1H30M."
                            + " Also of a queue that is there already. Default: 0s.")
    private Optional<Duration> redeliveryDelay = Optional.empty();

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            description = "After so many failed attempts a message goes to the queue's dead-letter address; -1 for"
                    + " never. Also of a queue that is there already. Default: 10.")
    private Optional<Integer> maximumAttempts = Optional.empty();

    @Override
    public Integer call() {
        check();
        try (BrokerSession session = BrokerSession.open(broker.address)) {
            BrokerManagement management = new BrokerManagement(session.connection());
            session.await(setRedelivery(management).compose(set -> management.createQueue(new QueueSpec(name, true))));
            spec.commandLine()
                    .getOut()
                    .println(
                            broker.json
                                    ? QueueWords.withRedelivery(session, management, name)
                                            .toString()
                                    : "Queue " + name + " is there");
            return ExitCode.OK.code();
        }
    }

    private void check() {
        if (redeliveryDelay.isEmpty() && maximumAttempts.isEmpty()) {
            return;
        }
        if (Topology.isOwn(name) || Topology.isOfDeadLetters(name)) {
            throw wrong("The queue " + name + " is the platform's own, which sets its redelivery itself.");
        }
        maximumAttempts.filter(attempts -> attempts < 1 && attempts != -1).ifPresent(attempts -> {
            throw wrong("--max-attempts " + attempts + ", expected 1 or more, or -1 for no end");
        });
        redeliveryDelay.filter(Duration::isNegative).ifPresent(delay -> {
            throw wrong("--redelivery-delay " + delay + ", expected 0 or more");
        });
        if (name.endsWith(".fifo") && !redeliveryDelay.orElse(Duration.ZERO).isZero()) {
            throw wrong("--redelivery-delay of " + name + ", expected none: messages of a group would overtake each"
                    + " other.");
        }
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /** Before the queue is made, so that no message of it fails without. */
    private Future<Void> setRedelivery(BrokerManagement management) {
        return redeliveryDelay.isEmpty() && maximumAttempts.isEmpty()
                ? Future.succeededFuture()
                : management.setRedelivery(
                        name,
                        redeliveryDelay
                                .map(delay -> OptionalLong.of(delay.toMillis()))
                                .orElse(OptionalLong.empty()),
                        maximumAttempts.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }
}
