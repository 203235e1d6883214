package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.testkit.MillraceExtension;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.GetScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.ResourceNotFoundException;
import software.amazon.awssdk.services.scheduler.model.ScheduleGroupSummary;
import software.amazon.awssdk.services.scheduler.model.ScheduleState;
import software.amazon.awssdk.services.scheduler.model.ScheduleSummary;
import software.amazon.awssdk.services.scheduler.model.Target;
import software.amazon.awssdk.services.scheduler.model.ValidationException;

/** EventBridge Scheduler's own client, unchanged but for its endpoint. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkSchedulerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROLE = "arn:aws:iam::000000000000:role/scheduler";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
    private static final List<JsonObject> EVENTS = new CopyOnWriteArrayList<>();
    private static final List<String> IDS = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .http()
            .function("remember", (event, context) -> {
                EVENTS.add(new JsonObject(Buffer.buffer(event)));
                IDS.add(context.requestId());
                return event;
            })
            .build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static SchedulerClient scheduler;

    private final String name = "s-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void connect() {
        scheduler = sdk.scheduler("any", "any");
    }

    @AfterAll
    static void disconnect() {
        scheduler.close();
    }

    private static Target.Builder remember() {
        return Target.builder().arn(SdkClient.ARN + "remember").roleArn(ROLE);
    }

    private CreateScheduleResponse create(String expression, Consumer<CreateScheduleRequest.Builder> more) {
        return scheduler.createSchedule(request -> {
            request.name(name)
                    .scheduleExpression(expression)
                    .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                    .target(remember().build());
            more.accept(request);
        });
    }

    /** A schedule that happens once, at a full second. */
    private record Once(Instant due, String arn) {}

    /** In a few seconds; with a new time if this machine stood still until the first one had passed. */
    private Once createOnceSoon(Consumer<CreateScheduleRequest.Builder> more) {
        while (true) {
            Instant due = Instant.now().plusSeconds(5).truncatedTo(ChronoUnit.SECONDS);
            try {
                return new Once(due, create(at(due), more).scheduleArn());
            } catch (ValidationException refused) {
                if (!String.valueOf(refused.getMessage()).contains("expected one with a time to come")) {
                    throw refused;
                }
            }
        }
    }

    private static String at(Instant time) {
        return "at(" + time.toString().substring(0, "2026-11-20T08:00:00".length()) + ")";
    }

    private GetScheduleResponse shown() {
        return scheduler.getSchedule(request -> request.name(name));
    }

    private boolean exists() {
        return scheduler.listSchedules(request -> request.namePrefix(name)).schedules().stream()
                .anyMatch(summary -> summary.name().equals(name));
    }

    @Test
    void what_is_due_reaches_the_function_as_an_event_of_its_own_that_is_counted() {
        Once once = createOnceSoon(request -> request.actionAfterCompletion(ActionAfterCompletion.DELETE)
                .target(remember()
                        .input("{\"test\":\"" + name + "\",\"arn\":\"<aws.scheduler.schedule-arn>\","
                                + "\"time\":\"<aws.scheduler.scheduled-time>\","
                                + "\"id\":\"<aws.scheduler.execution-id>\","
                                + "\"attempt\":\"<aws.scheduler.attempt-number>\"}")
                        .build()));
        String arn = once.arn();

        await().atMost(PATIENCE).until(() -> EVENTS.stream().anyMatch(event -> name.equals(event.getString("test"))));

        JsonObject event = EVENTS.stream()
                .filter(each -> name.equals(each.getString("test")))
                .findFirst()
                .orElseThrow();
        assertThat(arn).isEqualTo("arn:aws:scheduler:us-east-1:000000000000:schedule/default/" + name);
        assertThat(event.getString("arn")).isEqualTo(arn);
        assertThat(event.getString("time")).isEqualTo(once.due().toString());
        assertThat(event.getString("attempt")).isEqualTo("1");
        assertThat(IDS).contains(event.getString("id"));
        await().atMost(PATIENCE).until(() -> !exists());
        assertThat(millrace.awaitQuiet().get("remember"))
                .extracting(FunctionAccount::succeeded, InstanceOfAssertFactories.LONG)
                .isPositive();
    }

    @Test
    void without_an_input_it_gets_what_the_scheduler_of_AWS_sends_and_the_schedule_stays() {
        Once once = createOnceSoon(request -> {});
        String arn = once.arn();

        await().atMost(PATIENCE)
                .until(() -> EVENTS.stream().anyMatch(event -> event.encode().contains(arn)));

        JsonObject event = EVENTS.stream()
                .filter(each -> each.encode().contains(arn))
                .findFirst()
                .orElseThrow();
        assertThat(event.getString("detail-type")).isEqualTo("Scheduled Event");
        assertThat(event.getString("source")).isEqualTo("aws.scheduler");
        assertThat(event.getString("time")).isEqualTo(once.due().toString());
        assertThat(event.getString("account")).isEqualTo("000000000000");
        assertThat(event.getJsonArray("resources")).containsExactly(arn);
        assertThat(shown().state()).isEqualTo(ScheduleState.ENABLED);
    }

    @Test
    void a_queue_gets_the_input_as_it_is() throws JMSException {
        createOnceSoon(request -> request.target(target -> target.arn(QUEUE + name)
                .roleArn(ROLE)
                .input("no JSON, <aws.scheduler.execution-id>")
                .sqsParameters(parameters -> parameters.messageGroupId("g"))));

        try (JMSContext jms =
                new JmsConnectionFactory("amqp://127.0.0.1:" + millrace.broker().amqpPort()).createContext()) {
            Message message = Objects.requireNonNull(
                    jms.createConsumer(jms.createQueue(name)).receive(60_000));
            assertThat(message.getBody(String.class)).matches("no JSON, [0-9a-f-]{36}");
            assertThat(message.getStringProperty("JMSXGroupID")).isEqualTo("g");
        } catch (JMSRuntimeException refused) {
            throw new AssertionError(refused);
        }
    }

    @Test
    void a_schedule_is_shown_as_it_was_made_and_changed() {
        Instant start = Instant.now().plusSeconds(86_400).truncatedTo(ChronoUnit.SECONDS);
        create("cron(0 8 ? * MON-FRI *)", request -> request.scheduleExpressionTimezone("Europe/Berlin")
                .description("mornings")
                .startDate(start)
                .endDate(start.plusSeconds(9_999_999))
                .state(ScheduleState.DISABLED)
                .flexibleTimeWindow(
                        window -> window.mode(FlexibleTimeWindowMode.FLEXIBLE).maximumWindowInMinutes(15))
                .target(remember()
                        .deadLetterConfig(config -> config.arn(QUEUE + "given-up"))
                        .retryPolicy(
                                policy -> policy.maximumEventAgeInSeconds(60).maximumRetryAttempts(3))
                        .build()));

        GetScheduleResponse shown = shown();

        assertThat(shown.scheduleExpression()).isEqualTo("cron(0 8 ? * MON-FRI *)");
        assertThat(shown.scheduleExpressionTimezone()).isEqualTo("Europe/Berlin");
        assertThat(shown.description()).isEqualTo("mornings");
        assertThat(shown.groupName()).isEqualTo("default");
        assertThat(shown.startDate()).isEqualTo(start);
        assertThat(shown.endDate()).isEqualTo(start.plusSeconds(9_999_999));
        assertThat(shown.state()).isEqualTo(ScheduleState.DISABLED);
        assertThat(shown.flexibleTimeWindow().maximumWindowInMinutes()).isEqualTo(15);
        assertThat(shown.actionAfterCompletion()).isEqualTo(ActionAfterCompletion.NONE);
        assertThat(shown.target().deadLetterConfig().arn()).isEqualTo(QUEUE + "given-up");
        assertThat(shown.target().retryPolicy().maximumRetryAttempts()).isEqualTo(3);
        assertThat(shown.target().retryPolicy().maximumEventAgeInSeconds()).isEqualTo(60);
        assertThat(shown.creationDate())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));

        scheduler.updateSchedule(request -> request.name(name)
                .scheduleExpression("rate(5 minutes)")
                .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                .target(remember().build()));

        GetScheduleResponse changed = shown();
        assertThat(changed.scheduleExpression()).isEqualTo("rate(5 minutes)");
        assertThat(changed.scheduleExpressionTimezone()).isEqualTo("UTC");
        assertThat(changed.description()).as("an update replaces all").isNull();
        assertThat(changed.state()).isEqualTo(ScheduleState.ENABLED);
        assertThat(changed.creationDate()).isEqualTo(shown.creationDate());

        scheduler.deleteSchedule(request -> request.name(name));
        assertThatThrownBy(this::shown)
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Schedule " + name + " does not exist.");
    }

    @Test
    void a_request_that_is_sent_twice_makes_one_schedule_and_another_one_is_refused() {
        create("rate(1 hour)", request -> request.clientToken("token"));

        create("rate(1 hour)", request -> request.clientToken("token"));
        assertThatThrownBy(() -> create("rate(1 hour)", request -> {}))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("Schedule " + name + " already exists.");
    }

    @Test
    void groups_hold_schedules_and_take_them_along() {
        String group = "g-" + name;
        assertThatThrownBy(() -> create("rate(1 hour)", request -> request.groupName(group)))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Schedule group " + group + " does not exist.");

        assertThat(scheduler.createScheduleGroup(request -> request.name(group)).scheduleGroupArn())
                .isEqualTo("arn:aws:scheduler:us-east-1:000000000000:schedule-group/" + group);
        create("rate(1 hour)", request -> request.groupName(group));

        assertThat(scheduler.listSchedules(request -> request.groupName(group)).schedules())
                .extracting(ScheduleSummary::name)
                .containsExactly(name);
        assertThat(scheduler.listScheduleGroups(request -> {}).scheduleGroups())
                .extracting(ScheduleGroupSummary::name)
                .contains("default", group);
        assertThat(scheduler.getScheduleGroup(request -> request.name(group)).stateAsString())
                .isEqualTo("ACTIVE");
        scheduler.deleteScheduleGroup(request -> request.name(group));
        assertThat(exists()).isFalse();
        assertThatThrownBy(() -> scheduler.getScheduleGroup(request -> request.name(group)))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> scheduler.deleteScheduleGroup(request -> request.name("default")))
                .isInstanceOf(ValidationException.class);
    }

    @Test
    void pages_follow_each_other_to_the_end() {
        for (int i = 0; i < 5; i++) {
            String each = name + "-" + i;
            create("rate(1 day)", request -> request.name(each).state(ScheduleState.DISABLED));
        }

        assertThat(scheduler
                        .listSchedulesPaginator(request ->
                                request.namePrefix(name).maxResults(2).state(ScheduleState.DISABLED))
                        .schedules())
                .extracting(ScheduleSummary::name)
                .containsExactly(name + "-0", name + "-1", name + "-2", name + "-3", name + "-4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            rate(1 second)          | Schedule is 'rate(1 second)', expected at(
            cron(0 8 * * * *)       | expected ? for one of them
            at(2020-01-01T00:00:00) | ScheduleExpression is 'at(2020-01-01T00:00:00)', expected one with a time to come
            """)
    void an_expression_that_is_none_or_has_passed_is_refused(String expression, String message) {
        assertThatThrownBy(() -> create(expression, request -> {}))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining(message);
    }

    @Test
    void what_is_not_supported_is_refused_by_name() {
        assertThatThrownBy(() -> create("rate(1 hour)", request -> request.kmsKeyArn("arn:aws:kms:us-east-1:1:key/k")))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("KmsKeyArn is not supported by Millrace.");
        assertThatThrownBy(() -> create(
                        "rate(1 hour)",
                        request -> request.target(remember()
                                .kinesisParameters(kinesis -> kinesis.partitionKey("k"))
                                .build())))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Target.KinesisParameters is not supported by Millrace.");
        assertThatThrownBy(() -> create(
                        "rate(1 hour)",
                        request -> request.target(target -> target.arn("arn:aws:scheduler:::aws-sdk:sqs:sendMessage")
                                .roleArn(ROLE))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("which is not supported by Millrace");
        assertThatThrownBy(() -> create(
                        "rate(1 hour)",
                        request -> request.target(target ->
                                target.arn(QUEUE + "activemq.management").roleArn(ROLE))))
                .isInstanceOf(ValidationException.class);
        assertThatThrownBy(() -> create(
                        "rate(1 hour)",
                        request -> request.target(remember().input("{").build())))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Input must be a valid JSON");
        assertThatThrownBy(() -> create(
                        "rate(1 hour)",
                        request -> request.flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.FLEXIBLE))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("MaximumWindowInMinutes must be set");
        assertThatThrownBy(() -> create("rate(1 hour)", request -> request.scheduleExpressionTimezone("Moon")))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Timezone is 'Moon'");
        assertThatThrownBy(() -> create(
                        "rate(1 hour)", request -> request.target(target -> target.arn(SdkClient.ARN + "remember"))))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value null at 'target.roleArn'");
        assertThatThrownBy(() -> create("rate(1 hour)", request -> request.name("a b")))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Value 'a b' at 'name'");
    }
}
