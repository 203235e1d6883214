package io.millrace.cli;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import io.millrace.runtime.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description = "Runs the platform until it is told to stop (SIGTERM, Ctrl-C); then ends what runs and stops.")
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, and the mixin acts by itself
final class ServerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private VerboseOption verbose;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where queues, functions and counts are kept. Default: ./${DEFAULT-VALUE}")
    private Path data;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:4574",
            description = "Where the Lambda HTTP API listens; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
    private HostPort http;

    @Option(
            names = "--amqp",
            paramLabel = "PORT",
            description = "The broker's AMQP port; 0 takes free ports for all its protocols. Default: 5672")
    private @Nullable Integer amqp;

    @Option(
            names = "--broker",
            paramLabel = "URL",
            description = "Use this broker, amqp://[user:password@]host[:port], instead of the one inside.")
    private @Nullable String broker;

    @Option(
            names = "--standby",
            description = "Wait while another server has the data directory, here or on another machine that reaches"
                    + " the same disk, and take over when that one ends or is killed.")
    private boolean standby;

    @Option(
            names = "--dev",
            description = "Redeploy a function within a second when the jar, script or folder it was created or updated"
                    + " from is saved. Only where HTTP is for this machine alone.")
    private boolean dev;

    @Option(
            names = "--insecure",
            description = "Let others than this machine reach HTTP without access keys, or the broker: they may do"
                    + " everything. Without it such a server does not start.")
    private boolean insecure;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as a properties file.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, stronger than the file; may be given several times.")
    private List<String> assignments = List.of();

    @Override
    public Integer call() {
        if (broker != null && amqp != null) {
            throw new ParameterException(
                    spec.commandLine(), "--amqp and --broker exclude each other: a broker of your own has its port");
        }
        PrintWriter out = spec.commandLine().getOut();
        StandbyWait start = new StandbyWait(out);
        RunningServer server = RunningServer.start(standby ? builder().standby(start) : builder(), () -> {}, out);
        Announcement.of(server.millrace(), data).print(out);
        out.printf("ready after %.1f s%n", start.secondsSinceBegun());
        out.flush();
        server.awaitStop();
        return ExitCode.OK.code();
    }

    private MillraceBuilder builder() {
        List<String> all = new ArrayList<>(assignments);
        if (amqp != null) {
            all.add("broker.amqp=" + amqp);
        }
        MillraceBuilder builder = Millrace.builder()
                .dataDirectory(data)
                .settings(Settings.load(Optional.ofNullable(config), all))
                .http(http.host(), http.port());
        if (insecure) {
            builder.insecure();
        }
        if (dev) {
            builder.developmentMode(Archive::pack);
        }
        return broker == null ? builder : external(builder, broker);
    }

    private MillraceBuilder external(MillraceBuilder builder, String url) {
        try {
            return builder.broker(url);
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(spec.commandLine(), String.valueOf(malformed.getMessage()), malformed);
        }
    }
}
