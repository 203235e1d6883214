package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.LogSettings;
import io.millrace.runtime.logs.EnvironmentLines;
import io.millrace.runtime.logs.FunctionLogs;
import io.millrace.runtime.logs.LogStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class LogsViewTest {
    private static final String PATH = "/_millrace/functions/orders/logs";

    @TempDir
    Path data;

    private FunctionLogs logs;
    private EnvironmentLines lines;
    private Door door;

    @BeforeEach
    void open() {
        logs = FunctionLogs.open(data.resolve("logs"), new LogSettings(1 << 20, Duration.ofDays(1)), Clock.systemUTC());
        lines = logs.of(new FunctionName("orders"), "$LATEST", "env");
        door = new Door(data.resolve("registry")).with("orders");
        door.api.withLogs(logs);
    }

    @AfterEach
    void close() {
        door.close();
        logs.close();
    }

    private static List<String> texts(JsonNode page) {
        List<String> texts = new ArrayList<>();
        page.path("lines").forEach(line -> texts.add(line.path("text").asText()));
        return texts;
    }

    private JsonNode page(String query) {
        return door.get(PATH + query).json();
    }

    @Test
    void whoever_waits_hears_of_the_next_line_and_goes_on_behind_it() throws Exception {
        String cursor = page("").path("cursor").asText();
        CompletableFuture<JsonNode> next = CompletableFuture.supplyAsync(() -> page("?wait=30&cursor=" + cursor));
        lines.add("id-1", LogStream.FUNCTION, "one");

        JsonNode heard = next.get(60, TimeUnit.SECONDS);
        lines.add("id-2", LogStream.FUNCTION, "two");
        JsonNode after =
                page("?wait=30&request-id=id-2&cursor=" + heard.path("cursor").asText());

        assertThat(texts(heard)).containsExactly("one");
        assertThat(texts(after)).containsExactly("two");
        assertThat(after.path("more").asBoolean()).isFalse();
    }

    @Test
    void what_is_wrong_is_told_and_strangers_are_kept_out() {
        assertThat(door.get("/_millrace/functions/nobody/logs").body()).contains("Function not found");
        assertThat(door.get(PATH + "?limit=0").body()).contains("limit is '0', expected a number from 1 to 1000");
        assertThat(door.get(PATH + "?cursor=x").body()).contains("cursor is 'x', expected one of an earlier answer");
        assertThat(door.get(PATH + "?last=1&since=PT1S").body()).contains("expected neither cursor nor since");

        door.access.requireKeys();
        assertThat(door.get(PATH).status()).isEqualTo(403);
    }
}
