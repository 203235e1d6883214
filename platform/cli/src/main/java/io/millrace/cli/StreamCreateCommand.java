package io.millrace.cli;

import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "create", mixinStandardHelpOptions = true, description = "Makes a stream.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamCreateCommand implements Callable<Integer> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,5})([hd])");
    private static final int SHORTEST = 24;
    private static final int LONGEST = 8_760;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "1 to 128 letters, digits, dots, dashes, underscores.")
    private String name;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "1",
            description = "Records of one key are in one shard, in order. Default: ${DEFAULT-VALUE}")
    private int shards;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "How long records stay, 24h to 8760h or 1d to 365d. Default: ${DEFAULT-VALUE}")
    private String retention;

    @Override
    public Integer call() {
        int hours = hours();
        LambdaClient client = server.client();
        client.kinesis("CreateStream", StreamView.about(name).put("ShardCount", shards));
        if (hours > SHORTEST) {
            client.kinesis(
                    "IncreaseStreamRetentionPeriod", StreamView.about(name).put("RetentionPeriodHours", hours));
        }
        spec.commandLine()
                .getOut()
                .println("Made stream " + name + " with " + shards + (shards == 1 ? " shard" : " shards")
                        + "; its records stay for " + hours + " hours");
        return ExitCode.OK.code();
    }

    private int hours() {
        Matcher time = TIME.matcher(retention);
        int hours = time.matches()
                ? Integer.parseInt(time.group(1)) * (time.group(2).equals("d") ? 24 : 1)
                : 0;
        if (hours < SHORTEST || hours > LONGEST) {
            throw new ParameterException(
                    spec.commandLine(), "--retention is '" + retention + "', expected 24h to 8760h or 1d to 365d");
        }
        return hours;
    }
}
