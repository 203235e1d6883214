package io.millrace.runtime.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The one table of settings; parsing, error messages and documentation all come from it. */
public final class SettingTable {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final int HIGHEST_PORT = 65_535;
    /** As large as a payload may be made; beyond it the broker's and the workers' buffers would have to be resized. */
    private static final int HIGHEST_PAYLOAD = 100 * 1024 * 1024;
    /** One tebibyte: no limit of ours, a guard against a slip of the keyboard. */
    private static final long HIGHEST_STORED_PAYLOAD = 1L << 40;

    static final Setting<Integer> ASYNC_MAXIMUM_RETRY_ATTEMPTS = Setting.integer(
            "async.maximumRetryAttempts",
            "retries",
            "2",
            0,
            10_000,
            "Retries of an event after its first attempt, where a function sets none of its own. Lambda: 0 to 2.");
    static final Setting<Duration> ASYNC_RETRY_DELAY = Setting.duration(
            "async.retryDelay", "PT1M", Duration.ZERO, WEEK, "Wait before the first retry. Lambda: 1 minute.");
    static final Setting<Double> ASYNC_RETRY_DELAY_MULTIPLIER = Setting.decimal(
            "async.retryDelayMultiplier", "factor", "2", 1, 10, "Each further wait is this many times the one before.");
    static final Setting<Duration> ASYNC_MAXIMUM_RETRY_DELAY = Setting.duration(
            "async.maximumRetryDelay",
            "PT1H, or async.retryDelay where that is longer",
            Duration.ZERO,
            WEEK,
            "No wait is longer; not shorter than async.retryDelay.");
    static final Setting<Duration> ASYNC_MAXIMUM_EVENT_AGE = Setting.duration(
            "async.maximumEventAge",
            "PT6H",
            Duration.ofMillis(1),
            WEEK,
            "From acceptance until an event is given up. Lambda: 1 minute to 6 hours.");

    static final Setting<Integer> CONCURRENCY_ACCOUNT = Setting.integer(
            "concurrency.account", "permits", "1000", 1, 1_000_000, "Attempts of all functions that may run at once.");
    static final Setting<Integer> CONCURRENCY_MINIMUM_UNRESERVED = Setting.integer(
            "concurrency.minimumUnreserved",
            "permits",
            "100, or 0 where concurrency.account is below 100",
            0,
            1_000_000,
            "Permits that no reservation may take; not more than concurrency.account.");

    static final Setting<Integer> CONCURRENCY_REQUEST_RATE = Setting.integer(
            "concurrency.requestsPerSecondPerPermit",
            "requests per second",
            "10",
            0,
            1_000,
            "Synchronous requests per second that each permit of a pool allows; 0 is uncapped. Lambda: 10.");
    static final Setting<Integer> CONCURRENCY_NEW_ENVIRONMENTS = Setting.integer(
            "concurrency.newEnvironmentsPer10s",
            "environments",
            "1000",
            1,
            1_000_000,
            "Environments that one function may start in 10 s. Lambda: 1000.");

    static final Setting<Duration> SCALING_PERIOD = Setting.duration(
            "scaling.period",
            "PT1M",
            Duration.ofMillis(100),
            Duration.ofHours(1),
            "Time of one datapoint of provisioned concurrency's utilisation; scaling out looks at 3, scaling in at 15."
                    + " Application Auto Scaling: 1 minute.");

    static final Setting<String> ENVIRONMENT_JAVA = Setting.text(
            "environment.java",
            "kind",
            "process",
            Pattern.compile("process|in-process"),
            "process or in-process",
            "Where uploaded Java code runs: in processes of its own, or in the server's JVM.");
    static final Setting<Duration> ENVIRONMENT_IDLE_LIFETIME = Setting.duration(
            "environment.idleLifetime",
            "PT5M",
            Duration.ofMillis(1),
            WEEK,
            "How long an environment stays warm without work.");
    static final Setting<Duration> ENVIRONMENT_MAXIMUM_AGE = Setting.duration(
            "environment.maximumAge",
            "PT4H",
            Duration.ofMillis(1),
            WEEK,
            "After which an environment is not used again.");
    static final Setting<Integer> ENVIRONMENT_MAXIMUM_PROCESSES = Setting.integer(
            "environment.maximumProcesses",
            "environments",
            "one for each 128 MB of three quarters of the memory, at least 16",
            1,
            1_000_000,
            "Environments in processes of their own that may live at once; what has no room waits.");
    static final Setting<String> ENVIRONMENT_MINIMUM_ISOLATION = Setting.text(
            "environment.minimumIsolation",
            "level",
            "process",
            Pattern.compile("process|limits|namespace|sandbox"),
            "process, limits, namespace or sandbox",
            "Where the machine cannot keep processes in their place that well, the server does not start.");
    static final Setting<Duration> ENVIRONMENT_SUSPECT_TIME_ALONE = Setting.duration(
            "environment.suspectTimeAlone",
            "PT2S",
            Duration.ofMillis(1),
            Duration.ofMinutes(15),
            "How long an event that ran when the server was lost may keep all others out of the server's JVM, to see"
                    + " whether it did it; ten times as long after each further crash, at most its timeout.");
    static final Setting<String> ENVIRONMENT_CONTROL_GROUP = folder(
            "environment.controlGroup",
            "Control group delegated to the server, to hold processes to their memory; without it runtimes are told"
                    + " their heap limit.");
    static final Setting<String> ENVIRONMENT_PYTHON_CLIENT = folder(
            "environment.python.ric", "Folder with the vendor's awslambdaric; without it our own client is used.");
    static final Setting<String> ENVIRONMENT_NODE_CLIENT = folder(
            "environment.node.ric",
            "Folder with node_modules/aws-lambda-ric of the vendor; without it our own client is used.");

    static final Setting<Integer> LOGS_MAX_BYTES_PER_FUNCTION = Setting.integer(
            "logs.maxBytesPerFunction",
            "bytes",
            "67108864",
            0,
            1_073_741_824,
            "What is kept on disk of the logs of one function, the oldest goes first; 0 keeps none.");
    static final Setting<Duration> LOGS_RETENTION = Setting.duration(
            "logs.retention",
            "P7D",
            Duration.ofSeconds(1),
            Duration.ofDays(3_653),
            "How long it is kept, also of a function that is deleted.");

    static final Setting<Duration> FUNCTION_TIMEOUT = Setting.duration(
            "function.timeout",
            "PT3S",
            Duration.ofMillis(1),
            Duration.ofMinutes(15),
            "Time one attempt may take, where a function sets none of its own.");
    static final Setting<Integer> FUNCTION_MEMORY_SIZE = Setting.integer(
            "function.memorySize", "MB", "128", 128, 10_240, "Memory of a function that sets none of its own.");

    static final Setting<String> CODE_S3 = Setting.text(
            "code.s3",
            "path or address",
            "",
            Pattern.compile("|(file:)?/.*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?"),
            "an absolute path, file: and an absolute path, http(s)://host:port, or nothing",
            "Where code is that is given as S3Bucket and S3Key: a folder with a folder for each bucket, or an"
                    + " S3-compatible server; without it such code is refused.");
    static final Setting<String> CODE_S3_ACCESS_KEY = Setting.text(
            "code.s3.accessKey",
            "access key id",
            "",
            Pattern.compile("\\S*"),
            "no blanks, or nothing",
            "Signs requests to that server; without it they are not signed.");
    static final Setting<String> CODE_S3_SECRET_KEY = Setting.text(
            "code.s3.secretKey", "secret", "", Pattern.compile(".*"), "any text, or nothing", "Of code.s3.accessKey.");
    static final Setting<String> CODE_S3_REGION = Setting.text(
            "code.s3.region",
            "region name",
            "us-east-1",
            Pattern.compile("[a-z0-9-]+"),
            "lower-case letters, digits and hyphens",
            "Region in those signatures.");

    static final Setting<Duration> IDEMPOTENCY_TIME_TO_LIVE = Setting.duration(
            "idempotency.timeToLive",
            "PT1H",
            Duration.ofMillis(1),
            Duration.ofDays(365),
            "How long an invocation with an idempotency key that was completed gets the first one's result.");
    static final Setting<String> IDEMPOTENCY_STORE = Setting.text(
            "idempotency.store",
            "JDBC URL",
            "",
            Pattern.compile("|jdbc:postgresql:[^\\s]+"),
            "a URL that begins with jdbc:postgresql:, or nothing",
            "Where idempotency keys are kept; without it in a file of H2 in the data directory.");
    static final Setting<String> IDEMPOTENCY_STORE_USER = Setting.text(
            "idempotency.store.user",
            "user name",
            "",
            Pattern.compile("\\S*"),
            "no blanks, or nothing",
            "Of idempotency.store, where its URL names none.");
    static final Setting<String> IDEMPOTENCY_STORE_PASSWORD = Setting.text(
            "idempotency.store.password",
            "secret",
            "",
            Pattern.compile(".*"),
            "any text, or nothing",
            "Of idempotency.store.user.");
    static final Setting<Integer> IDEMPOTENCY_CACHED_KEYS = Setting.integer(
            "idempotency.cachedKeys",
            "keys",
            "10000",
            0,
            1_000_000,
            "Completed idempotency keys kept in memory, with results up to 4 KiB, so that duplicates need not ask the"
                    + " store.");

    static final Setting<Integer> LIMITS_EVENT_BYTES = Setting.integer(
            "limits.eventBytes",
            "bytes",
            "1048576",
            1,
            HIGHEST_PAYLOAD,
            "Largest payload of an event; a message with more becomes a dead letter.");
    static final Setting<Integer> LIMITS_REQUEST_BYTES = Setting.integer(
            "limits.requestBytes",
            "bytes",
            "6291456",
            1,
            HIGHEST_PAYLOAD,
            "Largest payload of a request that waits for its response.");

    static final Setting<Long> PAYLOADS_MAX_BYTES = Setting.size(
            "payloads.maxBytes",
            "0",
            0,
            HIGHEST_STORED_PAYLOAD,
            "Largest payload of an invocation by HTTP that is taken although it is above limits.eventBytes or"
                    + " limits.requestBytes, to lie in a file (docs/payloads.md); 0 takes none.");
    static final Setting<String> PAYLOADS_DIRECTORY = folder(
            "payloads.directory",
            "Existing folder for such payloads, of this server alone; without it they lie in payloads below the data"
                    + " directory.");
    static final Setting<String> PAYLOADS_STORE = Setting.text(
            PayloadSettings.STORE,
            "address",
            "",
            PayloadStoreSettings.PATTERN,
            "http(s)://host:port/bucket or http(s)://host:port/bucket/prefix, or nothing",
            "Bucket of an S3-compatible server, and what the names of its objects begin with, where such payloads lie"
                    + " instead of in a folder; for one server and whoever takes over from it. The folder holds a"
                    + " payload until the store has it.");
    static final Setting<String> PAYLOADS_STORE_ACCESS_KEY = Setting.text(
            "payloads.store.accessKey",
            "access key id",
            "",
            Pattern.compile("\\S*"),
            "no blanks, or nothing",
            "Signs requests to payloads.store; without it they are not signed.");
    static final Setting<String> PAYLOADS_STORE_SECRET_KEY = Setting.text(
            "payloads.store.secretKey",
            "secret",
            "",
            Pattern.compile(".*"),
            "any text, or nothing",
            "Of payloads.store.accessKey.");
    static final Setting<String> PAYLOADS_STORE_REGION = Setting.text(
            "payloads.store.region",
            "region name",
            "us-east-1",
            Pattern.compile("[a-z0-9-]+"),
            "lower-case letters, digits and hyphens",
            "Region in those signatures.");
    static final Setting<Duration> PAYLOADS_ORPHAN_AGE = Setting.duration(
            "payloads.orphanAge",
            "P7D",
            Duration.ZERO,
            Duration.ofDays(3_653),
            "What is there and no message of the embedded broker refers to is removed at a start when it is older.");

    static final Setting<String> BROKER_HOST = Setting.text(
            "broker.host",
            "host name or IP address",
            "127.0.0.1",
            Pattern.compile("[A-Za-z0-9._:-]{1,253}"),
            "a host name or an IP address",
            "Address on which the embedded broker listens.");
    static final Setting<Integer> BROKER_AMQP = port("broker.amqp", "5672", "AMQP 1.0");
    static final Setting<Integer> BROKER_CORE = port("broker.core", orFree("61616"), "the Artemis Core protocol");
    static final Setting<Integer> BROKER_MQTT = port("broker.mqtt", orFree("1883"), "MQTT");
    static final Setting<Integer> BROKER_STOMP = port("broker.stomp", orFree("61613"), "STOMP");

    static final Setting<Duration> BROKER_RETENTION = Setting.duration(
            BrokerSettings.RETENTION,
            "PT0S",
            Duration.ZERO,
            Duration.ofDays(3_653),
            "How long the embedded broker keeps copies of its journal, so that past events can be replayed; 0 keeps"
                    + " none. It costs as much disk, and as many writes, again.");
    static final Setting<Integer> BROKER_RETENTION_MEGABYTES = Setting.integer(
            BrokerSettings.RETENTION_BYTES,
            "MB",
            "10240",
            20,
            100_000_000,
            "The most that those copies may take; the oldest go first.");

    static final Setting<Duration> SHUTDOWN_DRAIN_TIMEOUT = Setting.duration(
            "shutdown.drainTimeout",
            "PT30S",
            Duration.ZERO,
            Duration.ofHours(1),
            "How long a stop waits for attempts that run; the broker delivers what did not end again.");

    static final Setting<String> AWS_REGION = Setting.text(
            "aws.region",
            "region name",
            "us-east-1",
            Pattern.compile("[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\\d"),
            "a region such as us-east-1",
            "Region in the ARNs of functions and queues.");
    static final Setting<String> AWS_ACCOUNT = Setting.text(
            "aws.account",
            "account id",
            "000000000000",
            Pattern.compile("\\d{12}"),
            "12 digits",
            "Account in the ARNs of functions and queues.");

    static final Setting<String> URL_BASE = Setting.text(
            "url.base",
            "URL",
            "",
            Pattern.compile("(https?://([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z]([a-z0-9-]*[a-z0-9])?(:\\d{1,5})?/?)?"),
            "http or https, a host name in lower case and perhaps a port, or nothing",
            "Below which host functions have their URLs; without it lambda-url.REGION.localhost at the server's port.");
    static final Setting<List<HttpRoute>> ROUTES = new Setting<>(
            "routes",
            "list",
            "",
            "entries [host][/path]=function[:qualifier] with commas between, or nothing",
            "HTTP requests that go to functions; the host first, then the longest path wins.",
            text -> Optional.of(HttpRoutes.read(text)));

    static final Setting<String> METRICS_ENABLED = Setting.text(
            "metrics.enabled",
            "boolean",
            "true",
            Pattern.compile("true|false"),
            "true or false",
            "Whether the server measures what docs/metrics.md lists, and answers /metrics.");
    static final Setting<Integer> METRICS_FUNCTIONS = Setting.integer(
            "metrics.functions",
            "functions",
            "1000",
            0,
            100_000,
            "Functions that have a label of their own in metrics, the first that come; the others are shown together.");
    static final Setting<String> METRICS_TOKEN = Setting.text(
            "metrics.token",
            "secret",
            "",
            Pattern.compile("([!-~]{16,256})?"),
            "16 to 256 printable ASCII characters without blanks, or nothing",
            "Lets a scraper read /metrics with Authorization: Bearer, where requests must be signed.");
    static final Setting<Integer> USAGE_RETENTION = Setting.integer(
            "usage.retentionDays",
            "days",
            "400",
            0,
            3_650,
            "How long the usage of functions is kept, today included; with 0 none is metered.");

    static final Setting<String> TRACES_ENDPOINT = Setting.text(
            "traces.endpoint",
            "URL",
            "",
            Pattern.compile("(https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?)?"),
            "http or https, a host and perhaps a port and a path, or nothing",
            "Collector that takes traces by OTLP over HTTP, at /v1/traces where no path is given; without it there are"
                    + " none (docs/traces.md).");
    static final Setting<Double> TRACES_SAMPLE = Setting.decimal(
            "traces.sample",
            "share",
            "1",
            0,
            1,
            "Which part of the traces that begin here is recorded; callers decide about theirs.");

    private static final List<Setting<?>> ROWS = List.of(
            ASYNC_MAXIMUM_RETRY_ATTEMPTS,
            ASYNC_RETRY_DELAY,
            ASYNC_RETRY_DELAY_MULTIPLIER,
            ASYNC_MAXIMUM_RETRY_DELAY,
            ASYNC_MAXIMUM_EVENT_AGE,
            CONCURRENCY_ACCOUNT,
            CONCURRENCY_MINIMUM_UNRESERVED,
            CONCURRENCY_REQUEST_RATE,
            CONCURRENCY_NEW_ENVIRONMENTS,
            SCALING_PERIOD,
            ENVIRONMENT_JAVA,
            ENVIRONMENT_IDLE_LIFETIME,
            ENVIRONMENT_MAXIMUM_AGE,
            ENVIRONMENT_MAXIMUM_PROCESSES,
            ENVIRONMENT_MINIMUM_ISOLATION,
            ENVIRONMENT_SUSPECT_TIME_ALONE,
            ENVIRONMENT_CONTROL_GROUP,
            ENVIRONMENT_PYTHON_CLIENT,
            ENVIRONMENT_NODE_CLIENT,
            LOGS_MAX_BYTES_PER_FUNCTION,
            LOGS_RETENTION,
            FUNCTION_TIMEOUT,
            FUNCTION_MEMORY_SIZE,
            CODE_S3,
            CODE_S3_ACCESS_KEY,
            CODE_S3_SECRET_KEY,
            CODE_S3_REGION,
            IDEMPOTENCY_TIME_TO_LIVE,
            IDEMPOTENCY_STORE,
            IDEMPOTENCY_STORE_USER,
            IDEMPOTENCY_STORE_PASSWORD,
            IDEMPOTENCY_CACHED_KEYS,
            LIMITS_EVENT_BYTES,
            LIMITS_REQUEST_BYTES,
            PAYLOADS_MAX_BYTES,
            PAYLOADS_DIRECTORY,
            PAYLOADS_STORE,
            PAYLOADS_STORE_ACCESS_KEY,
            PAYLOADS_STORE_SECRET_KEY,
            PAYLOADS_STORE_REGION,
            PAYLOADS_ORPHAN_AGE,
            BROKER_HOST,
            BROKER_AMQP,
            BROKER_CORE,
            BROKER_MQTT,
            BROKER_STOMP,
            BROKER_RETENTION,
            BROKER_RETENTION_MEGABYTES,
            SHUTDOWN_DRAIN_TIMEOUT,
            AWS_REGION,
            AWS_ACCOUNT,
            URL_BASE,
            ROUTES,
            METRICS_ENABLED,
            METRICS_FUNCTIONS,
            METRICS_TOKEN,
            USAGE_RETENTION,
            TRACES_ENDPOINT,
            TRACES_SAMPLE);

    static final Map<String, Setting<?>> BY_KEY =
            ROWS.stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    private SettingTable() {}

    /** Every setting, in the order the documentation shows them. */
    public static List<Setting<?>> rows() {
        return ROWS;
    }

    /** The table as Markdown, for the documentation and the server's help. */
    public static String markdown() {
        return ROWS.stream()
                .map(row -> "| `%s` | %s | %s | %s | %s |%n"
                        .formatted(row.key(), row.defaultText(), row.unit(), row.range(), row.meaning()))
                .collect(Collectors.joining(
                        "", "| key | default | unit | range | meaning |%n|---|---|---|---|---|%n".formatted(), ""));
    }

    private static Setting<String> folder(String key, String meaning) {
        return Setting.text(key, "path", "", Pattern.compile("(/.*)?"), "an absolute path, or nothing", meaning);
    }

    private static Setting<Integer> port(String key, String defaultText, String protocol) {
        return Setting.integer(
                key, "port", defaultText, 0, HIGHEST_PORT, "Port for " + protocol + "; 0 takes a free one.");
    }

    private static String orFree(String port) {
        return port + ", or 0 where broker.amqp is 0";
    }
}
