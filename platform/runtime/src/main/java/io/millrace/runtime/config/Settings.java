package io.millrace.runtime.config;

import io.millrace.core.function.AsyncInvokeConfig;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * All settings, complete and checked. Only the composition root sees the whole; each part of the platform gets its own
 * piece.
 *
 * @param async for functions that set nothing themselves
 * @param scalingPeriod time of one datapoint of provisioned concurrency's utilisation
 * @param drainTimeout how long a stop waits for attempts that run
 */
public record Settings(
        AsyncInvokeConfig async,
        ConcurrencySettings concurrency,
        Duration scalingPeriod,
        EnvironmentSettings environment,
        LogSettings logs,
        FunctionSettings function,
        CodeSettings code,
        IdempotencySettings idempotency,
        LimitSettings limits,
        PayloadSettings payloads,
        BrokerSettings broker,
        Duration drainTimeout,
        IdentitySettings identity,
        UrlSettings urls,
        MetricsSettings metrics,
        TraceSettings traces) {

    private static final int HIGHEST_PORT = 65_535;
    private static final int LAMBDA_MINIMUM_UNRESERVED = 100;

    /** Nobody set anything. */
    public static Settings defaults() {
        return of(Map.of());
    }

    /**
     * @param file properties in UTF-8
     * @param assignments {@code key=value}, each stronger than the file and than those before it
     * @throws InvalidSettingException if the file cannot be read, or for a key or value that cannot be used
     */
    public static Settings load(Optional<Path> file, List<String> assignments) {
        Map<String, String> texts = new HashMap<>();
        file.ifPresent(path -> texts.putAll(read(path)));
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 0) {
                throw new InvalidSettingException("setting '" + InvalidSettingException.printable(assignment)
                        + "' has no value, expected key=value");
            }
            texts.put(
                    assignment.substring(0, equals).strip(),
                    assignment.substring(equals + 1).strip());
        }
        return of(texts);
    }

    /** @throws InvalidSettingException for a key or value that cannot be used */
    public static Settings of(Map<String, String> texts) {
        texts.keySet().forEach(SettingKeys::requireKnown);
        SettingTexts given = new SettingTexts(texts);
        return new Settings(
                async(given),
                concurrency(given),
                given.get(SettingTable.SCALING_PERIOD),
                environment(given),
                new LogSettings(
                        given.get(SettingTable.LOGS_MAX_BYTES_PER_FUNCTION), given.get(SettingTable.LOGS_RETENTION)),
                new FunctionSettings(
                        given.get(SettingTable.FUNCTION_TIMEOUT), given.get(SettingTable.FUNCTION_MEMORY_SIZE)),
                code(given),
                new IdempotencySettings(
                        given.get(SettingTable.IDEMPOTENCY_TIME_TO_LIVE),
                        given.get(SettingTable.IDEMPOTENCY_STORE),
                        given.get(SettingTable.IDEMPOTENCY_STORE_USER),
                        given.get(SettingTable.IDEMPOTENCY_STORE_PASSWORD),
                        given.get(SettingTable.IDEMPOTENCY_CACHED_KEYS)),
                new LimitSettings(
                        given.get(SettingTable.LIMITS_EVENT_BYTES), given.get(SettingTable.LIMITS_REQUEST_BYTES)),
                payloads(given),
                broker(given),
                given.get(SettingTable.SHUTDOWN_DRAIN_TIMEOUT),
                new IdentitySettings(given.get(SettingTable.AWS_REGION), given.get(SettingTable.AWS_ACCOUNT)),
                urls(given),
                metrics(given),
                traces(given));
    }

    private static CodeSettings code(SettingTexts given) {
        return new CodeSettings(
                given.get(SettingTable.CODE_S3),
                credentials(given, SettingTable.CODE_S3_ACCESS_KEY, SettingTable.CODE_S3_SECRET_KEY),
                given.get(SettingTable.CODE_S3_REGION));
    }

    private static PayloadSettings payloads(SettingTexts given) {
        long maxBytes = given.get(SettingTable.PAYLOADS_MAX_BYTES);
        String address = given.get(SettingTable.PAYLOADS_STORE);
        Optional<CodeSettings.Credentials> credentials =
                credentials(given, SettingTable.PAYLOADS_STORE_ACCESS_KEY, SettingTable.PAYLOADS_STORE_SECRET_KEY);
        if (!address.isEmpty() && maxBytes > PayloadStoreSettings.LARGEST) {
            throw new InvalidSettingException("setting payloads.maxBytes is '" + maxBytes + "', expected at most "
                    + PayloadStoreSettings.LARGEST + " with " + PayloadSettings.STORE
                    + ", as an S3-compatible server takes no more in one request");
        }
        Optional<PayloadStoreSettings> store = address.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        PayloadStoreSettings.of(address, credentials, given.get(SettingTable.PAYLOADS_STORE_REGION)));
        if (store.isEmpty() && credentials.isPresent()) {
            throw new InvalidSettingException(
                    "setting payloads.store is '', expected one with " + SettingTable.PAYLOADS_STORE_ACCESS_KEY.key());
        }
        if (store.filter(named ->
                        named.server().getHost() == null || named.server().getPort() > HIGHEST_PORT)
                .isPresent()) {
            throw InvalidSettingException.of(SettingTable.PAYLOADS_STORE, address);
        }
        return new PayloadSettings(
                maxBytes,
                path(given.get(SettingTable.PAYLOADS_DIRECTORY)),
                store,
                given.get(SettingTable.PAYLOADS_ORPHAN_AGE));
    }

    private static Optional<CodeSettings.Credentials> credentials(
            SettingTexts given, Setting<String> accessKeySetting, Setting<String> secretKeySetting) {
        String accessKey = given.get(accessKeySetting);
        String secretKey = given.get(secretKeySetting);
        if (accessKey.isEmpty() != secretKey.isEmpty()) {
            Setting<String> missing = accessKey.isEmpty() ? accessKeySetting : secretKeySetting;
            Setting<String> other = accessKey.isEmpty() ? secretKeySetting : accessKeySetting;
            throw new InvalidSettingException("setting " + missing.key() + " is '', expected one with " + other.key());
        }
        return accessKey.isEmpty() ? Optional.empty() : Optional.of(new CodeSettings.Credentials(accessKey, secretKey));
    }

    private static AsyncInvokeConfig async(SettingTexts given) {
        Duration delay = given.get(SettingTable.ASYNC_RETRY_DELAY);
        Duration hour = Duration.ofHours(1);
        Duration maximumDelay =
                given.get(SettingTable.ASYNC_MAXIMUM_RETRY_DELAY, delay.compareTo(hour) > 0 ? delay : hour);
        if (maximumDelay.compareTo(delay) < 0) {
            throw new InvalidSettingException("setting async.maximumRetryDelay is '" + maximumDelay
                    + "', expected at least async.retryDelay, which is " + delay);
        }
        return new AsyncInvokeConfig(
                given.get(SettingTable.ASYNC_MAXIMUM_RETRY_ATTEMPTS),
                delay,
                given.get(SettingTable.ASYNC_RETRY_DELAY_MULTIPLIER),
                maximumDelay,
                given.get(SettingTable.ASYNC_MAXIMUM_EVENT_AGE),
                Optional.empty(),
                Optional.empty());
    }

    private static ConcurrencySettings concurrency(SettingTexts given) {
        int account = given.get(SettingTable.CONCURRENCY_ACCOUNT);
        // Lambda's 100 would forbid every reservation on a small machine; there, all permits may be reserved.
        int minimumUnreserved = given.get(
                SettingTable.CONCURRENCY_MINIMUM_UNRESERVED,
                account < LAMBDA_MINIMUM_UNRESERVED ? 0 : LAMBDA_MINIMUM_UNRESERVED);
        if (minimumUnreserved > account) {
            throw new InvalidSettingException("setting concurrency.minimumUnreserved is '" + minimumUnreserved
                    + "', expected at most concurrency.account, which is " + account);
        }
        return new ConcurrencySettings(
                account,
                minimumUnreserved,
                given.get(SettingTable.CONCURRENCY_REQUEST_RATE),
                given.get(SettingTable.CONCURRENCY_NEW_ENVIRONMENTS));
    }

    private static EnvironmentSettings environment(SettingTexts given) {
        return new EnvironmentSettings(
                given.get(SettingTable.ENVIRONMENT_JAVA).equals("in-process"),
                given.get(SettingTable.ENVIRONMENT_IDLE_LIFETIME),
                given.get(SettingTable.ENVIRONMENT_MAXIMUM_AGE),
                given.get(SettingTable.ENVIRONMENT_MAXIMUM_PROCESSES, EnvironmentSettings.processesByMemory()),
                given.get(SettingTable.ENVIRONMENT_MINIMUM_ISOLATION),
                given.get(SettingTable.ENVIRONMENT_SUSPECT_TIME_ALONE),
                path(given.get(SettingTable.ENVIRONMENT_CONTROL_GROUP)),
                path(given.get(SettingTable.ENVIRONMENT_PYTHON_CLIENT)),
                path(given.get(SettingTable.ENVIRONMENT_NODE_CLIENT)));
    }

    private static UrlSettings urls(SettingTexts given) {
        String base = given.get(SettingTable.URL_BASE);
        Optional<URI> address = base.isEmpty() ? Optional.empty() : Optional.of(URI.create(base));
        if (address.filter(uri -> uri.getPort() > HIGHEST_PORT).isPresent()) {
            throw InvalidSettingException.of(SettingTable.URL_BASE, base);
        }
        return new UrlSettings(address, given.get(SettingTable.ROUTES));
    }

    private static MetricsSettings metrics(SettingTexts given) {
        String token = given.get(SettingTable.METRICS_TOKEN);
        return new MetricsSettings(
                given.get(SettingTable.METRICS_ENABLED).equals("true"),
                given.get(SettingTable.METRICS_FUNCTIONS),
                token.isEmpty() ? Optional.empty() : Optional.of(token),
                given.get(SettingTable.USAGE_RETENTION));
    }

    private static TraceSettings traces(SettingTexts given) {
        String text = given.get(SettingTable.TRACES_ENDPOINT);
        Optional<URI> endpoint = text.isEmpty() ? Optional.empty() : Optional.of(URI.create(text));
        if (endpoint.filter(uri -> uri.getHost() == null || uri.getPort() > HIGHEST_PORT)
                .isPresent()) {
            throw InvalidSettingException.of(SettingTable.TRACES_ENDPOINT, text);
        }
        return new TraceSettings(endpoint, given.get(SettingTable.TRACES_SAMPLE));
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static BrokerSettings broker(SettingTexts given) {
        int amqp = given.get(SettingTable.BROKER_AMQP);
        boolean free = amqp == 0;
        return new BrokerSettings(
                given.get(SettingTable.BROKER_HOST),
                amqp,
                given.get(SettingTable.BROKER_CORE, free ? 0 : 61_616),
                given.get(SettingTable.BROKER_MQTT, free ? 0 : 1883),
                given.get(SettingTable.BROKER_STOMP, free ? 0 : 61_613),
                given.get(SettingTable.BROKER_RETENTION),
                (long) given.get(SettingTable.BROKER_RETENTION_MEGABYTES) << 20);
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new InvalidSettingException(
                    "settings file '" + file + "' cannot be read as UTF-8 properties: " + unreadable, unreadable);
        }
        Map<String, String> texts = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> texts.put(key, properties.getProperty(key).strip()));
        return texts;
    }
}
