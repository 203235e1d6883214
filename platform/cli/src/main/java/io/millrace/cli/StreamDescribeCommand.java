package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        description = "Shows a stream, its shards and which hashes of keys they have.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamDescribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The stream.")
    private String name;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        JsonNode stream = server.client()
                .kinesis("DescribeStream", StreamView.about(name))
                .path("StreamDescription");
        if (json) {
            out.println(stream);
            return ExitCode.OK.code();
        }
        out.println(stream.path("StreamARN").asText() + " keeps records for "
                + stream.path("RetentionPeriodHours").asText() + " hours");
        Table table = new Table("SHARD", "FIRST HASH", "LAST HASH", "NUMBERS FROM");
        stream.path("Shards")
                .forEach(shard -> table.add(
                        shard.path("ShardId").asText(),
                        shard.at("/HashKeyRange/StartingHashKey").asText(),
                        shard.at("/HashKeyRange/EndingHashKey").asText(),
                        shard.at("/SequenceNumberRange/StartingSequenceNumber").asText()));
        table.print(out);
        return ExitCode.OK.code();
    }
}
