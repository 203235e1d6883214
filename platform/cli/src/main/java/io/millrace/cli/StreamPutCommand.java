package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        description = "Appends records to a stream and waits until they are on disk.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamPutCommand implements Callable<Integer> {
    private static final int MOST_RECORDS = 500;
    /** Of data; far below what a request may hold. */
    private static final int MOST_BYTES = 4 << 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME", description = "The stream.")
    private String name;

    @Parameters(index = "1", arity = "0..1", paramLabel = "BODY", description = "One record; - for standard input.")
    private @Nullable String body;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Records, one per line (JSON Lines); empty lines are passed over. - for standard input.")
    private @Nullable Path file;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            required = true,
            description = "Partition key: records of one key stay in order, in one shard.")
    private String key;

    @Override
    public Integer call() {
        Input input = new Input(body, file);
        if (input.isAbsent() || input.isDouble()) {
            throw new ParameterException(spec.commandLine(), "expected either BODY or --file");
        }
        LambdaClient client = server.client();
        String told = file == null ? putOne(client, input.bytes()) : putLines(client, input);
        spec.commandLine().getOut().println(told);
        return ExitCode.OK.code();
    }

    private String putOne(LambdaClient client, byte[] data) {
        JsonNode placed = client.kinesis(
                "PutRecord", StreamView.about(name).put("PartitionKey", key).put("Data", data));
        return "Record " + placed.path("SequenceNumber").asText() + " is in "
                + placed.path("ShardId").asText() + " of " + name;
    }

    private String putLines(LambdaClient client, Input input) {
        long records = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(input.stream(), StandardCharsets.UTF_8))) {
            ObjectNode batch = StreamView.about(name);
            int bytes = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                byte[] data = line.getBytes(StandardCharsets.UTF_8);
                ArrayNode waiting = batch.withArray("Records");
                if (waiting.size() == MOST_RECORDS || (!waiting.isEmpty() && bytes + data.length > MOST_BYTES)) {
                    put(client, batch, records);
                    records += waiting.size();
                    batch = StreamView.about(name);
                    bytes = 0;
                }
                bytes += data.length;
                batch.withArray("Records").addObject().put("PartitionKey", key).put("Data", data);
            }
            int rest = batch.withArray("Records").size();
            if (rest > 0) {
                put(client, batch, records);
            }
            records += rest;
        } catch (IOException unreadable) {
            throw input.unreadable(unreadable);
        }
        return records + (records == 1 ? " record" : " records") + " put into " + name;
    }

    /** @param before how many are there already */
    private static void put(LambdaClient client, ObjectNode batch, long before) {
        JsonNode answer = client.kinesis("PutRecords", batch);
        if (answer.path("FailedRecordCount").asInt() > 0) {
            String why = "";
            for (JsonNode each : answer.path("Records")) {
                why = each.path("ErrorMessage").asText(why);
            }
            throw new CommandFailedException("after " + before + " records, "
                    + answer.path("FailedRecordCount").asInt() + " of "
                    + batch.path("Records").size()
                    + " were not put: " + why);
        }
    }
}
