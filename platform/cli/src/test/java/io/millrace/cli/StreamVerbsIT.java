package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StreamVerbsIT {
    @TempDir
    Path directory;

    private CliProcess server;

    @BeforeEach
    void start() {
        server = CliProcess.server(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_stream_is_made_filled_shown_and_deleted() throws IOException {
        Path lines = Files.writeString(directory.resolve("events.jsonl"), "{\"id\": 1}\n\n{\"id\": 2}\n".repeat(400));

        assertThat(done("stream", "create", "orders", "--shards", 2, "--retention", "2d"))
                .isEqualTo("Made stream orders with 2 shards; its records stay for 48 hours");
        assertThat(done("stream", "put", "orders", "{\"id\": 0}", "--key", "customer-1"))
                .matches("Record \\d{19} is in shardId-00000000000\\d of orders");
        assertThat(done("stream", "put", "orders", "--file", lines, "--key", "customer-1"))
                .isEqualTo("800 records put into orders");
        assertThat(done("stream", "describe", "orders").lines())
                .hasSize(4)
                .startsWith("arn:aws:kinesis:us-east-1:000000000000:stream/orders keeps records for 48 hours");
        assertThat(done("stream", "ls").lines().toList().get(1)).matches("orders +2 +48 +ACTIVE");
        assertThat(done("stream", "delete", "orders")).isEqualTo("Deleted stream orders");

        CliCall refused = verb("stream", "put", "orders", "x", "--key", "k");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("ResourceNotFoundException: Stream orders under account 000000000000 not found.");
    }

    private CliCall verb(Object... arguments) {
        List<Object> words = new ArrayList<>(List.of(arguments));
        words.add("--server");
        words.add(server.listens("http"));
        return CliCall.run(words.toArray());
    }

    private String done(Object... arguments) {
        CliCall result = verb(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out().strip();
    }
}
