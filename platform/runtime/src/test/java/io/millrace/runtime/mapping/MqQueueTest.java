package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.eventsource.SourceDescription;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MqQueueTest {

    @Test
    void five_batches_run_at_once_however_quick_they_are_and_a_queue_of_sqs_has_more() {
        BrokerQueue mq = new MqQueue(
                BrokerArn.parse("arn:aws:mq:us-east-1:000000000000:broker:any:b-1")
                        .orElseThrow(),
                "orders-in");
        BrokerQueue sqs = BrokerQueue.of(SourceDescription.ofArn("arn:aws:sqs:us-east-1:000000000000:orders-in"))
                .orElseThrow();

        assertThat(limitAfterQuickBatches(mq)).isEqualTo(5);
        assertThat(limitAfterQuickBatches(sqs)).isEqualTo(32);
    }

    private static int limitAfterQuickBatches(BrokerQueue queue) {
        BatchConcurrency concurrency = new BatchConcurrency(queue.batchesAtOnce());
        for (int i = 0; i < 100; i++) {
            concurrency.ran(1, true, 100);
        }
        return concurrency.limit();
    }
}
