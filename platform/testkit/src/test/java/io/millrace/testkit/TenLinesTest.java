package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TenLinesTest {
    // tag::ten-lines[]
    @RegisterExtension
    static MillraceExtension millrace =
            MillraceExtension.builder().function("orders", new Orders()).build();

    @Test
    void an_order_without_pieces_is_tried_three_times_and_becomes_a_dead_letter() {
        Failure failure = millrace.publish("orders", "{\"pieces\":0}").awaitDeadLetter();
        assertThat(failure.errorMessage()).isEqualTo("pieces is 0, expected 1 or more");
        assertThat(failure.attempts()).isEqualTo(3);
    }
    // end::ten-lines[]

    record Order(int pieces) {}

    static final class Orders implements RequestHandler<Order, String> {
        @Override
        public String handleRequest(Order order, Context context) {
            if (order.pieces() < 1) {
                throw new IllegalArgumentException("pieces is " + order.pieces() + ", expected 1 or more");
            }
            return "packed " + order.pieces();
        }
    }
}
