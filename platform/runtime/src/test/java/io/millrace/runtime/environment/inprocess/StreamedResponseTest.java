package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.environment.ResponseSink;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A response that somebody takes while the handler makes it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamedResponseTest {
    private final TryOut tryOut = new TryOut();
    private final AtomicLong taken = new AtomicLong();
    private volatile String contentType = "";

    @AfterEach
    void close() {
        tryOut.close();
    }

    private Outcome run(RequestStreamHandler handler) {
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(), TryOut.instance(handler), TryOut.NOTHING);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        function.run(TryOut.event("1"), Capacity.ON_DEMAND, new Taker(), outcome::complete);
        return outcome.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static byte[] response(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
        return ((Outcome.Succeeded) outcome).response();
    }

    @Test
    void a_small_response_without_a_flush_is_the_outcome() {
        Outcome outcome = run((input, output, context) -> output.write("all".getBytes(StandardCharsets.UTF_8)));

        assertThat(response(outcome)).asString().isEqualTo("all");
        assertThat(contentType).isEmpty();
    }

    @Test
    void what_is_flushed_or_large_is_not_part_of_the_outcome() {
        Outcome outcome = run((input, output, context) -> {
            output.write(1);
            output.flush();
            output.write(new byte[200_000]);
        });

        assertThat(response(outcome)).isEmpty();
        assertThat(taken).hasValue(200_001);
        assertThat(contentType).isEqualTo("application/octet-stream");
    }

    @Test
    void a_response_may_have_200_megabytes() {
        byte[] block = new byte[1024 * 1024];
        Outcome fits = run((input, output, context) -> {
            for (int i = 0; i < 200; i++) {
                output.write(block);
            }
        });
        assertThat(response(fits)).isEmpty();
        assertThat(taken).hasValue(ResponseSink.MAXIMUM_BYTES);

        Outcome tooLarge = run((input, output, context) -> {
            for (int i = 0; i < 200; i++) {
                output.write(block);
            }
            output.write(1);
        });
        assertThat(tooLarge).isInstanceOfSatisfying(Outcome.FunctionError.class, error -> assertThat(error.payload())
                .asString()
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size"
                        + " (209715200 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}"));
    }

    /** Counts what it takes. */
    private final class Taker implements Caller, ResponseSink {
        @Override
        public boolean wantsLogTail() {
            return false;
        }

        @Override
        public void logTail(byte[] tail) {
            throw new AssertionError("not wanted");
        }

        @Override
        public Optional<ResponseSink> responseSink() {
            return Optional.of(this);
        }

        @Override
        public void begin(String type) {
            contentType = type;
        }

        @Override
        public void write(byte[] chunk) {
            assertThat(chunk.length).isBetween(1, CHUNK_BYTES);
            taken.addAndGet(chunk.length);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void whenWritable(Runnable resume) {
            resume.run();
        }
    }
}
