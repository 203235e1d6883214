package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.logs.KeptLines;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HandlerLinesTest {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final PrintStream before = System.out;
    private final KeptLines kept =
            (function, version, environment) -> (requestId, stream, text) -> lines.add("%s %s %s %s: %s"
                    .formatted(
                            function,
                            version,
                            requestId.isEmpty() ? "-" : requestId,
                            stream,
                            text.replaceAll("Duration: [0-9.]+", "Duration: N").replace('\n', '/')));
    private final InProcessEnvironments environments = new InProcessEnvironments(10, Rules.DEFAULT, kept);

    @AfterEach
    void close() {
        environments.close();
    }

    /** Prints in every way there is, also while it is made. */
    public static final class Talkative implements RequestHandler<String, String> {
        public Talkative() {
            System.err.println("made");
        }

        @Override
        public String handleRequest(String event, Context context) {
            context.getLogger().log("logged\n");
            System.out.print("printed in ");
            System.out.println(2);
            System.out.write('x');
            System.err.printf("%s ä%n", "formatted");
            Thread other = new Thread(() -> System.out.println("not known to be this handler's"));
            other.start();
            if (event.equals("fail")) {
                throw new IllegalStateException("failed");
            }
            return event;
        }
    }

    private Outcome run(String event) {
        try (FunctionEnvironments function =
                environments.deploy(TryOut.definition(Talkative.class), TryOut.host(), TryOut.NOTHING)) {
            return TryOut.run(function, "\"" + event + "\"");
        }
    }

    @Test
    void what_the_thread_of_a_handler_logs_and_prints_is_its_invocations() {
        run("fail");

        String prefix = "orders $LATEST " + TryOut.REQUEST_ID + " ";
        assertThat(lines)
                .containsExactly(
                        "orders $LATEST - STDERR: made",
                        prefix + "PLATFORM: START RequestId: " + TryOut.REQUEST_ID + " Version: $LATEST",
                        prefix + "FUNCTION: logged",
                        prefix + "STDOUT: printed in 2",
                        prefix + "STDERR: formatted ä",
                        prefix + "STDOUT: x",
                        prefix + "PLATFORM: END RequestId: " + TryOut.REQUEST_ID + "/REPORT RequestId: "
                                + TryOut.REQUEST_ID + "\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\t"
                                + "Status: error\tError Type: java.lang.IllegalStateException\t");
    }

    @Test
    void standard_output_is_as_it_was_when_nothing_takes_it_any_more() {
        assertThat(System.out).isNotSameAs(before);

        environments.close();

        assertThat(System.out).isSameAs(before);
    }
}
