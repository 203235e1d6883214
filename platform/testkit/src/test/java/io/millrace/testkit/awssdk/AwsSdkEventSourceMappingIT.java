package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import jakarta.jms.JMSContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingResponse;

/** Queues of the broker as event sources (lambda-semantics 3.1 to 3.5). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkEventSourceMappingIT {
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String BATCH = "def handler(event, context): return {}";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    /** The first message makes the queue. */
    private static void send(String queue) {
        try (JMSContext jms =
                new JmsConnectionFactory("amqp://127.0.0.1:" + millrace.broker().amqpPort()).createContext()) {
            jms.createProducer().send(jms.createQueue(queue), "a message");
        }
    }

    private static CreateEventSourceMappingResponse map(
            String queue, String function, UnaryOperator<CreateEventSourceMappingRequest.Builder> more) {
        return sdk.lambda()
                .createEventSourceMapping(more.apply(CreateEventSourceMappingRequest.builder()
                                .eventSourceArn(QUEUE + queue)
                                .functionName(function))
                        .build());
    }

    private static GetEventSourceMappingResponse shown(String uuid) {
        return sdk.lambda().getEventSourceMapping(request -> request.uuid(uuid));
    }

    private static void awaitState(String uuid, String state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> shown(uuid).state(), state::equals);
    }

    private static void awaitGone(String uuid) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> sdk.lambda().listEventSourceMappings().eventSourceMappings().stream()
                        .noneMatch(mapping -> mapping.uuid().equals(uuid)));
    }

    @Test
    void messages_of_the_queue_reach_the_function_and_leave_the_queue() {
        // Given
        Queue<String> batches = new ConcurrentLinkedQueue<>();
        millrace.deploy("consumer", (event, context) -> {
            batches.add(new String(event, StandardCharsets.UTF_8));
            return "{}".getBytes(StandardCharsets.UTF_8);
        });
        send("orders");
        // When
        CreateEventSourceMappingResponse created = map("orders", "consumer", mapping -> mapping);
        // Then
        assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(202);
        assertThat(created.state()).isEqualTo("Creating");
        assertThat(created.stateTransitionReason()).isEqualTo("USER_INITIATED");
        assertThat(UUID.fromString(created.uuid())).hasToString(created.uuid());
        assertThat(created.eventSourceMappingArn())
                .isEqualTo("arn:aws:lambda:us-east-1:000000000000:event-source-mapping:" + created.uuid());
        assertThat(created.functionArn()).isEqualTo(SdkClient.ARN + "consumer");
        assertThat(created.eventSourceArn()).isEqualTo(QUEUE + "orders");
        assertThat(created.batchSize()).isEqualTo(10);
        assertThat(created.maximumBatchingWindowInSeconds()).isZero();
        assertThat(created.lastProcessingResult()).isNull();
        assertThat(created.lastModified()).isNotNull();
        awaitState(created.uuid(), "Enabled");
        send("orders");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> String.join("", batches).split("\"messageId\"", -1).length - 1 == 2);
        assertThat(batches).allSatisfy(batch -> assertThat(batch)
                .startsWith("{\"Records\":[")
                .contains("\"eventSource\":\"aws:sqs\"")
                .contains("\"eventSourceARN\":\"" + QUEUE + "orders\"")
                .contains("\"awsRegion\":\"us-east-1\"")
                .contains("\"ApproximateReceiveCount\":\"1\"")
                .contains("\"body\":\"a message\""));
    }

    @Test
    void a_mapping_is_disabled_enabled_changed_and_deleted() {
        // Given
        sdk.create("switched", BATCH);
        send("switched");
        String uuid =
                map("switched", "switched", mapping -> mapping.enabled(false)).uuid();
        assertThat(shown(uuid).state()).isEqualTo("Disabled");
        // When
        UpdateEventSourceMappingResponse enabling = sdk.lambda()
                .updateEventSourceMapping(request -> request.uuid(uuid).enabled(true));
        // Then
        assertThat(enabling.sdkHttpResponse().statusCode()).isEqualTo(202);
        assertThat(enabling.state()).isEqualTo("Enabling");
        awaitState(uuid, "Enabled");
        // When
        UpdateEventSourceMappingResponse updating = sdk.lambda()
                .updateEventSourceMapping(request -> request.uuid(uuid).batchSize(3));
        // Then
        assertThat(updating.state()).isEqualTo("Updating");
        assertThat(updating.batchSize()).isEqualTo(3);
        awaitState(uuid, "Enabled");
        // When
        UpdateEventSourceMappingResponse disabling = sdk.lambda()
                .updateEventSourceMapping(request -> request.uuid(uuid).enabled(false));
        // Then
        assertThat(disabling.state()).isEqualTo("Disabling");
        awaitState(uuid, "Disabled");
        // When
        DeleteEventSourceMappingResponse deleting =
                sdk.lambda().deleteEventSourceMapping(request -> request.uuid(uuid));
        // Then
        assertThat(deleting.sdkHttpResponse().statusCode()).isEqualTo(202);
        assertThat(deleting.state()).isEqualTo("Deleting");
        awaitGone(uuid);
        assertThat(Refusal.of(() -> shown(uuid)))
                .isEqualTo(Refusal.notFound("The resource you requested does not exist."));
    }

    @Test
    void lists_are_by_function_and_by_source_and_empty_for_what_is_unknown() {
        // Given
        sdk.create("listed", BATCH);
        send("listed-a");
        send("listed-b");
        String first =
                map("listed-a", "listed", mapping -> mapping.enabled(false)).uuid();
        String second =
                map("listed-b", "listed", mapping -> mapping.enabled(false)).uuid();
        // Then
        assertThat(sdk
                        .lambda()
                        .listEventSourceMappingsPaginator(
                                request -> request.functionName("listed").maxItems(1))
                        .eventSourceMappings()
                        .stream())
                .extracting(EventSourceMappingConfiguration::uuid)
                .containsExactlyInAnyOrder(first, second);
        assertThat(sdk.lambda()
                        .listEventSourceMappings(request -> request.eventSourceArn(QUEUE + "listed-b"))
                        .eventSourceMappings())
                .extracting(EventSourceMappingConfiguration::uuid)
                .containsExactly(second);
        assertThat(sdk.lambda()
                        .listEventSourceMappings(request -> request.functionName("nobody"))
                        .eventSourceMappings())
                .isEmpty();
    }

    @Test
    void an_alias_stays_in_the_arn_of_the_function() {
        // Given
        sdk.create("qualified", BATCH);
        sdk.publish("qualified");
        sdk.lambda()
                .createAlias(request ->
                        request.functionName("qualified").name("live").functionVersion("1"));
        send("qualified");
        // Then
        assertThat(map("qualified", SdkClient.ARN + "qualified:live", mapping -> mapping.enabled(false))
                        .functionArn())
                .isEqualTo(SdkClient.ARN + "qualified:live");
    }

    @Test
    void what_cannot_be_mapped_is_refused() {
        // Given
        sdk.create("refusing", BATCH);
        send("refusing");
        // Then
        assertThat(Refusal.of(() -> sdk.lambda().createEventSourceMapping(request -> request.functionName("refusing"))))
                .isEqualTo(Refusal.invalid("Unrecognized event source."));
        assertThat(Refusal.of(() -> map("refusing", "nobody", mapping -> mapping)))
                .isEqualTo(Refusal.invalid("Function does not exist"));
        assertThat(Refusal.of(() -> map("no-such-queue", "refusing", mapping -> mapping)))
                .isEqualTo(Refusal.invalid("Error occurred while ReceiveMessage. SQS Error Code:"
                        + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
                        + " exist."));
        assertThat(Refusal.of(() -> map("refusing", "refusing", mapping -> mapping.batchSize(11))))
                .isEqualTo(Refusal.invalid("Maximum batch window in seconds must be greater than 0 if maximum batch"
                        + " size is greater than 10"));
        assertThat(Refusal.of(() -> map(
                        "refusing",
                        "refusing",
                        mapping -> mapping.destinationConfig(
                                to -> to.onFailure(failure -> failure.destination(QUEUE + "failures"))))))
                .isEqualTo(Refusal.invalid(
                        "Unsupported DestinationConfig parameter for given event source mapping type."));
        assertThat(Refusal.of(() -> map(
                        "refusing",
                        "refusing",
                        mapping -> mapping.filterCriteria(criteria -> criteria.filters(
                                Filter.builder().pattern("{torn").build())))))
                .isEqualTo(Refusal.invalid("Invalid filter pattern definition."));
        assertThat(Refusal.of(() -> shown(UUID.randomUUID().toString())))
                .isEqualTo(Refusal.notFound("The resource you requested does not exist."));
    }

    @Test
    void the_same_queue_is_not_mapped_twice_to_one_function() {
        // Given
        sdk.create("twice", BATCH);
        send("twice");
        String uuid = map("twice", "twice", mapping -> mapping).uuid();
        // When
        ResourceConflictException refused =
                Refusal.thrown(ResourceConflictException.class, () -> map("twice", "twice", mapping -> mapping));
        // Then
        assertThat(refused.awsErrorDetails().errorMessage())
                .isEqualTo("An event source mapping with SQS arn (\" " + QUEUE + "twice \") and function (\" twice \")"
                        + " already exists. Please update or delete the existing mapping with UUID " + uuid);
    }
}
