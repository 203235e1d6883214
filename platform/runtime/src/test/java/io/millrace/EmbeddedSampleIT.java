package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows of embedding. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class EmbeddedSampleIT {
    @TempDir
    Path directory;

    record Order(int pieces) {}

    // tag::embedded[]
    static final class Orders implements RequestHandler<Order, String> { // any Lambda handler, unchanged
        @Override
        public String handleRequest(Order order, Context context) {
            return "packed " + order.pieces();
        }
    }

    static Millrace start(Path directory) {
        return Millrace.builder()
                .dataDirectory(directory) // queues, functions and counts; survives a restart
                .set("broker.amqp", "0") // any free port; leave it out for 5672
                .function("orders", new Orders())
                .start();
    }

    static String use(Millrace millrace) {
        millrace.publish("orders", "{\"pieces\":2}")
                .join(); // on disk now: runs soon, is retried, or dies with its cause
        return millrace.invoke("orders", "{\"pieces\":3}").join().text(); // runs now
    }
    // end::embedded[]

    @Test
    void the_sample_packs_both_orders() {
        try (Millrace millrace = start(directory)) {
            // The first one loads classes, which may take longer than the 3 s that a function has.
            InvokeResult unused = millrace.invoke("orders", "{\"pieces\":1}").join();
            assertThat(use(millrace)).isEqualTo("\"packed 3\"");

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Objects.requireNonNull(millrace.stats().join().get("orders"))
                                    .succeeded()
                            == 1);
        }
    }
}
