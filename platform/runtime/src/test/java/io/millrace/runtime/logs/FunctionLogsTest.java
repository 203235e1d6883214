package io.millrace.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.LogSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FunctionLogsTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.250Z");
    private static final LogSettings PLENTY = new LogSettings(64 << 20, Duration.ofDays(7));

    @TempDir
    Path directory;

    private FunctionLogs open(LogSettings settings) {
        return open(settings, NOW);
    }

    private FunctionLogs open(LogSettings settings, Instant now) {
        return FunctionLogs.open(directory, settings, Clock.fixed(now, ZoneOffset.UTC));
    }

    /** Adds, and closes, so that all is on disk. */
    private void write(Instant now, String... texts) {
        try (FunctionLogs logs = open(PLENTY, now)) {
            EnvironmentLines lines = logs.of(ORDERS, "$LATEST", "env");
            Stream.of(texts).forEach(text -> lines.add("id-1", LogStream.FUNCTION, text));
        }
    }

    private List<JsonNode> all() throws IOException {
        return page(LogCursor.START, 1_000_000).lines();
    }

    private LogPage page(LogCursor after, int limit) throws IOException {
        return LogReader.read(
                directory.resolve("orders"), new LogQuery(after, Optional.empty(), Optional.empty(), limit));
    }

    private static List<String> texts(List<JsonNode> lines) {
        return lines.stream().map(line -> line.path("text").asText()).toList();
    }

    @Test
    void a_line_says_when_it_was_written_in_which_invocation_version_and_environment_and_by_whom() throws IOException {
        try (FunctionLogs logs = open(PLENTY)) {
            EnvironmentLines lines = logs.of(ORDERS, "7", "e1");
            lines.add("id-1", LogStream.FUNCTION, "a \"quoted\" \\ line\twith\n\u0001 ä € 🦆 \ud800 half");
            lines.add("id-1", LogStream.PLATFORM, "END RequestId: id-1\nREPORT RequestId: id-1");
            lines.add(EnvironmentLines.NO_REQUEST, LogStream.STDERR, "starting");
        }

        List<JsonNode> lines = all();
        assertThat(lines.get(0).toString())
                .isEqualTo("{\"time\":\"2026-11-20T12:00:00.250Z\",\"requestId\":\"id-1\",\"version\":\"7\","
                        + "\"environment\":\"e1\",\"stream\":\"function\","
                        + "\"text\":\"a \\\"quoted\\\" \\\\ line\\twith\\n\\u0001 ä € 🦆 \ud800 half\"}");
        assertThat(texts(lines.subList(1, 4)))
                .containsExactly("END RequestId: id-1", "REPORT RequestId: id-1", "starting");
        assertThat(lines.get(2).path("stream").asText()).isEqualTo("platform");
        assertThat(lines.get(3).has("requestId")).isFalse();
    }

    @Test
    void pages_follow_each_other_by_cursor_without_a_line_lost_or_doubled_also_over_restarts() throws IOException {
        write(NOW, "1", "2", "3");
        LogPage first = page(LogCursor.START, 2);
        write(NOW.plusSeconds(1), "4", "5");

        LogPage second = page(first.next(), 2);
        LogPage third = page(LogCursor.parse(second.next().toString()).orElseThrow(), 2);

        assertThat(texts(first.lines())).containsExactly("1", "2");
        assertThat(texts(second.lines())).containsExactly("3", "4");
        assertThat(texts(third.lines())).containsExactly("5");
        assertThat(List.of(first.isEnd(), second.isEnd(), third.isEnd())).containsExactly(false, false, true);
        assertThat(page(third.next(), 2).lines()).isEmpty();
    }

    @Test
    void a_line_that_a_kill_left_unfinished_is_passed_over_and_a_restart_goes_on_behind_it() throws IOException {
        write(NOW, "whole");
        Path torn = Segment.in(directory.resolve("orders")).get(0).file();
        Files.writeString(torn, "{\"time\":\"2026-11-20T12:00:00.2", StandardOpenOption.APPEND);
        LogPage before = page(LogCursor.START, 10);

        write(NOW, "after the restart");

        assertThat(texts(before.lines())).containsExactly("whole");
        assertThat(texts(page(before.next(), 10).lines())).containsExactly("after the restart");
        assertThat(texts(all())).containsExactly("whole", "after the restart");
    }

    @Test
    void lines_that_a_crash_of_the_machine_made_unreadable_hide_no_others() throws IOException {
        write(NOW, "one");
        Path damaged = Segment.in(directory.resolve("orders")).get(0).file();
        Files.write(damaged, new byte[] {0, 0, 0, '\n', '{', '\n', '4', '\n'}, StandardOpenOption.APPEND);
        write(NOW, "two");

        assertThat(texts(all())).containsExactly("one", "two");
    }

    @Test
    void a_function_keeps_no_more_than_it_may_and_loses_the_oldest_first() throws IOException {
        LogSettings small = new LogSettings(16 << 10, Duration.ofDays(7));
        int lines = 2_000;
        try (FunctionLogs logs = open(small)) {
            EnvironmentLines orders = logs.of(ORDERS, "$LATEST", "env");
            for (int i = 1; i <= lines; i++) {
                orders.add("id-" + i, LogStream.FUNCTION, "line " + i);
            }
        }

        long bytes = 0;
        for (Segment segment : Segment.in(directory.resolve("orders"))) {
            bytes += Files.size(segment.file());
        }
        List<String> kept = texts(all());
        assertThat(bytes).isBetween(8L << 10, 20L << 10);
        assertThat(kept).endsWith("line 1999", "line 2000").doesNotContain("line 1");
        assertThat(kept).hasSize(2_000 - Integer.parseInt(kept.get(0).substring(5)) + 1);
        assertThat(page(new LogCursor(1, 0), 1).isGap())
                .as("says that lines are missing")
                .isTrue();
    }

    @Test
    void what_is_older_than_the_retention_goes_at_the_start() throws IOException {
        write(NOW, "old");
        Instant later = Instant.now().plus(Duration.ofDays(8));
        try (FunctionLogs logs = open(PLENTY, later)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> !logs.exist(ORDERS));
            logs.of(ORDERS, "$LATEST", "env").add("id-2", LogStream.FUNCTION, "new");
        }

        assertThat(texts(all())).containsExactly("new");
    }

    @Test
    void a_flood_neither_blocks_nor_grows_and_the_log_tells_how_much_of_it_is_missing() throws IOException {
        String text = "x".repeat(1_000);
        int flood = 200_000;
        try (FunctionLogs logs = open(new LogSettings(1 << 30, Duration.ofDays(7)))) {
            EnvironmentLines noisy = logs.of(ORDERS, "$LATEST", "env");
            EnvironmentLines quiet = logs.of(new FunctionName("quiet"), "$LATEST", "env");
            for (int i = 0; i < flood; i++) {
                noisy.add("id", LogStream.FUNCTION, text);
            }
            for (int i = 0; i < 20; i++) {
                quiet.add("id", LogStream.FUNCTION, "heard " + text.repeat(50));
            }
        }

        long told = 0;
        long kept = 0;
        LogPage page = page(LogCursor.START, 10_000);
        for (; !page.lines().isEmpty(); page = page(page.next(), 10_000)) {
            for (JsonNode line : page.lines()) {
                String found = line.path("text").asText();
                boolean tells = found.endsWith("dropped: more came than could be written");
                told += tells ? Long.parseLong(found.substring(0, found.indexOf(' '))) : 0;
                kept += tells ? 0 : 1;
            }
        }
        assertThat(told).as("no disk is that fast").isPositive();
        assertThat(kept + told).isEqualTo(flood);
        assertThat(texts(LogReader.read(
                                directory.resolve("quiet"),
                                new LogQuery(LogCursor.START, Optional.empty(), Optional.empty(), 100))
                        .lines()))
                .hasSize(20)
                .allSatisfy(line -> assertThat(line).startsWith("heard "));
    }

    @Test
    void a_disk_that_takes_nothing_costs_lines_and_they_are_told_when_it_takes_some_again() throws Exception {
        Path inTheWay = Files.writeString(directory.resolve("orders"), "no directory");
        try (FunctionLogs logs = open(PLENTY)) {
            EnvironmentLines lines = logs.of(ORDERS, "$LATEST", "env");
            CountDownLatch looked = new CountDownLatch(1);
            logs.onMore(ORDERS, logs.generation(ORDERS), looked::countDown);
            lines.add("id", LogStream.FUNCTION, "lost");
            assertThat(looked.await(30, TimeUnit.SECONDS)).isTrue();
            Files.delete(inTheWay);
            lines.add("id", LogStream.FUNCTION, "kept");
        }

        assertThat(texts(all())).containsExactly("kept", "1 line dropped: more came than could be written");
    }

    @Test
    void lines_are_found_by_invocation_and_time_and_from_the_end() throws IOException {
        write(NOW.minusSeconds(60), "old");
        try (FunctionLogs logs = open(PLENTY)) {
            EnvironmentLines lines = logs.of(ORDERS, "$LATEST", "env");
            lines.add("id-1", LogStream.FUNCTION, "first of id-12");
            lines.add("id-12", LogStream.FUNCTION, "second");
        }
        Path orders = directory.resolve("orders");

        List<JsonNode> byId = LogReader.read(
                        orders, new LogQuery(LogCursor.START, Optional.of("id-12"), Optional.empty(), 10))
                .lines();
        List<JsonNode> byTime = LogReader.read(
                        orders, new LogQuery(LogCursor.START, Optional.empty(), Optional.of(NOW.minusSeconds(1)), 10))
                .lines();
        List<String> fromEnd = new ArrayList<>();
        for (int last = 1; last <= 4; last++) {
            fromEnd.add(
                    texts(page(LogReader.beforeLast(orders, last), 1).lines()).get(0));
        }

        assertThat(texts(byId)).containsExactly("second");
        assertThat(texts(byTime)).containsExactly("first of id-12", "second");
        assertThat(fromEnd).containsExactly("second", "first of id-12", "old", "old");
    }

    @Test
    void a_setting_of_0_keeps_nothing() {
        try (FunctionLogs logs = open(new LogSettings(0, Duration.ofDays(7)))) {
            assertThat(logs.of(ORDERS, "$LATEST", "env")).isSameAs(EnvironmentLines.NOWHERE);
        }
    }
}
