package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StandardErrorTest {
    @Test
    void only_what_is_said_about_a_machine_that_stood_still_is_left_out() {
        String before = "11:00:00.100 WARN  TraceExport: collector away\n";
        String brief =
                "11:00:02.600 WARN  BlockedThreadChecker: Thread Thread[vert.x-eventloop-thread-1,5,main] has been"
                        + " blocked for 2410 ms, time limit is 2000 ms\n";
        String withStack =
                "11:00:05.600 WARN  BlockedThreadChecker: Thread Thread[vert.x-eventloop-thread-1,5,main] has"
                        + " been blocked for 5410 ms, time limit is 2000 ms\n"
                        + "io.vertx.core.VertxException: Thread blocked\n"
                        + "\tat java.base/java.lang.Object.wait(Native Method)\n"
                        + "\t... 3 common frames omitted\n";
        String after = "java.lang.IllegalStateException: a bug\n\tat io.millrace.Some.where(Some.java:1)\nmillrace: no";

        assertThat(StandardError.withoutStalls(before + brief + withStack + brief + after))
                .isEqualTo(before + after);
        assertThat(StandardError.withoutStalls("")).isEmpty();
    }
}
