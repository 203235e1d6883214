package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RedriveKilledIT {
    private static final int COUNT = 20_000;
    private static final int KILLS = 6;

    @Test
    void a_tool_killed_again_and_again_in_the_middle_loses_and_doubles_nothing(@TempDir Path directory)
            throws Exception {
        // Given
        try (BrokerWithFunctions broker = new BrokerWithFunctions(directory)) {
            broker.create("orders");
            for (int i = 0; i < COUNT / 2_000; i++) {
                broker.giveUpMany("orders", i + "-", 2_000, "shop.OutOfStock", n -> ("body " + n).getBytes(UTF_8));
            }
            // When
            Random random = new Random();
            int hitTheMiddle = 0;
            for (int i = 0; i < KILLS; i++) {
                long before = broker.state("dlq.orders").messages();
                killAfterSteps(broker, 1 + i % 2, random.nextInt(20_000));
                long after = broker.state("dlq.orders").messages();
                hitTheMiddle += after > 0 && after < before ? 1 : 0;
            }
            int lastExit = RedriveProcess.start(broker.address(), "orders").waitFor();
            // Then
            assertThat(lastExit).isZero();
            assertThat(hitTheMiddle).isPositive();
            assertThat(broker.state("dlq.orders").messages()).isZero();
            assertThat(broker.state("invoke.orders").messages()).isEqualTo(COUNT);
            List<Message> back = broker.take("invoke.orders", COUNT);
            assertThat(back)
                    .extracting(message -> EventMessages.property(message, "millrace_request_id"))
                    .doesNotHaveDuplicates()
                    .hasSize(COUNT);
        }
    }

    private static void killAfterSteps(BrokerWithFunctions broker, int steps, int moreMicros)
            throws IOException, InterruptedException {
        Process tool = RedriveProcess.start(broker.address(), "orders");
        try (BufferedReader out = new BufferedReader(new InputStreamReader(tool.getInputStream(), UTF_8))) {
            String line = out.readLine();
            for (int i = 1; i < steps && line != null; i++) {
                line = out.readLine();
            }
            long until = System.nanoTime() + moreMicros * 1_000L;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            tool.destroyForcibly().waitFor();
        }
    }
}
