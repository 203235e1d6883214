package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SettingsTest {

    @Test
    void defaults_are_those_of_lambda_on_loopback() {
        Settings settings = Settings.defaults();

        assertThat(settings)
                .isEqualTo(new Settings(
                        AsyncInvokeConfig.LAMBDA_DEFAULT,
                        new ConcurrencySettings(1000, 100, 10, 1000),
                        Duration.ofMinutes(1),
                        new EnvironmentSettings(
                                false,
                                Duration.ofMinutes(5),
                                Duration.ofHours(4),
                                EnvironmentSettings.processesByMemory(),
                                "process",
                                Duration.ofSeconds(2),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        new LogSettings(67_108_864, Duration.ofDays(7)),
                        new FunctionSettings(Duration.ofSeconds(3), 128),
                        new CodeSettings("", Optional.empty(), "us-east-1"),
                        new IdempotencySettings(Duration.ofHours(1), "", "", "", 10_000),
                        new LimitSettings(1_048_576, 6_291_456),
                        new PayloadSettings(0, Optional.empty(), Optional.empty(), Duration.ofDays(7)),
                        new BrokerSettings("127.0.0.1", 5672, 61_616, 1883, 61_613, Duration.ZERO, 10L << 30),
                        Duration.ofSeconds(30),
                        new IdentitySettings("us-east-1", "000000000000"),
                        new UrlSettings(Optional.empty(), List.of()),
                        new MetricsSettings(true, 1_000, Optional.empty(), 400),
                        new TraceSettings(Optional.empty(), 1)));
    }

    @Test
    void an_assignment_is_stronger_than_the_file_and_the_last_one_wins(@TempDir Path directory) throws IOException {
        // Given
        Path file = Files.writeString(
                directory.resolve("millrace.properties"), "async.retryDelay = PT5S \nfunction.memorySize=256\n");
        // When
        Settings settings =
                Settings.load(Optional.of(file), List.of("async.retryDelay=PT1S", "async.retryDelay = PT2S"));
        // Then
        assertThat(settings.async().retryDelay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.function().memorySizeMegabytes()).isEqualTo(256);
    }

    @Test
    void a_free_amqp_port_frees_the_other_ports_unless_they_are_set() {
        Settings settings = Settings.of(Map.of("broker.amqp", "0", "broker.stomp", "7000"));

        assertThat(settings.broker())
                .isEqualTo(new BrokerSettings("127.0.0.1", 0, 0, 0, 7000, Duration.ZERO, 10L << 30));
    }

    @Test
    void routes_have_a_host_or_a_path_or_both() {
        Settings settings = Settings.of(Map.of(
                "url.base", "https://functions.example.org", "routes", "/shop/=orders:live, API.example.org/v2=front"));

        assertThat(settings.urls())
                .isEqualTo(new UrlSettings(
                        Optional.of(URI.create("https://functions.example.org")),
                        List.of(
                                new HttpRoute("", "/shop", new FunctionName("orders"), Optional.of("live")),
                                new HttpRoute("api.example.org", "/v2", new FunctionName("front"), Optional.empty()))));
    }

    @Test
    void a_small_account_keeps_nothing_unreserved_unless_told_to() {
        assertThat(Settings.of(Map.of("concurrency.account", "8")).concurrency())
                .isEqualTo(new ConcurrencySettings(8, 0, 10, 1000));
        assertThat(Settings.of(Map.of("concurrency.account", "8", "concurrency.minimumUnreserved", "2"))
                        .concurrency())
                .isEqualTo(new ConcurrencySettings(8, 2, 10, 1000));
    }

    @Test
    void a_secret_is_not_shown() {
        Settings settings = Settings.of(Map.of("code.s3.accessKey", "AKIA", "code.s3.secretKey", "hush"));

        assertThat(settings.code().credentials().orElseThrow().secretKey()).isEqualTo("hush");
        assertThat(settings.toString()).contains("AKIA").doesNotContain("hush");
    }

    @Test
    void a_store_for_payloads_is_a_server_a_bucket_and_a_prefix() {
        assertThat(store("https://s3.example.org/bucket/of/one"))
                .isEqualTo(new PayloadStoreSettings(
                        URI.create("https://s3.example.org/"), "bucket", "of/one/", Optional.empty(), "us-east-1"));
        assertThat(store("http://127.0.0.1:9000/bucket").prefix()).isEmpty();
        assertThat(store("http://127.0.0.1:9000/bucket/a").place()).isEqualTo("http://127.0.0.1:9000/bucket/a/");
        assertThat(store("https://s3.example.org:443/bucket").server())
                .as("as those who read by a signed address spell it")
                .isEqualTo(URI.create("https://s3.example.org/"));
    }

    @Test
    void keys_for_a_store_for_payloads_that_is_not_named_are_refused() {
        Map<String, String> keys = Map.of("payloads.store.accessKey", "AKIA", "payloads.store.secretKey", "hush");

        assertThatThrownBy(() -> Settings.of(keys))
                .hasMessage("setting payloads.store is '', expected one with payloads.store.accessKey");
    }

    private static PayloadStoreSettings store(String address) {
        return Settings.of(Map.of("payloads.store", address)).payloads().store().orElseThrow();
    }

    @Test
    void a_store_for_payloads_takes_no_more_than_one_request_can_carry() {
        Map<String, String> more =
                Map.of("payloads.store", "http://127.0.0.1/bucket", "payloads.maxBytes", "5368709121");

        assertThatThrownBy(() -> Settings.of(more))
                .hasMessage("setting payloads.maxBytes is '5368709121', expected at most 5368709120 with"
                        + " payloads.store, as an S3-compatible server takes no more in one request");
    }

    @Test
    void the_longest_delay_follows_a_longer_first_delay() {
        assertThat(Settings.of(Map.of("async.retryDelay", "PT2H")).async().maximumRetryDelay())
                .isEqualTo(Duration.ofHours(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            async.maximumRetryAttempts    | -1     | setting async.maximumRetryAttempts is '-1', expected 0 to 10000
            async.maximumRetryAttempts    | two    | setting async.maximumRetryAttempts is 'two', expected 0 to 10000
            async.retryDelayMultiplier    | NaN    | setting async.retryDelayMultiplier is 'NaN', expected 1.0 to 10.0
            async.retryDelay              | 60     | setting async.retryDelay is '60', expected an ISO-8601 duration from PT0S to PT168H
            async.retryDelay              | -PT1S  | setting async.retryDelay is '-PT1S', expected an ISO-8601 duration from PT0S to PT168H
            async.maximumRetryDelay       | PT1S   | setting async.maximumRetryDelay is 'PT1S', expected at least async.retryDelay, which is PT1M
            concurrency.account           | 0      | setting concurrency.account is '0', expected 1 to 1000000
            concurrency.minimumUnreserved | 1001   | setting concurrency.minimumUnreserved is '1001', expected at most concurrency.account, which is 1000
            payloads.store                | s3://b | setting payloads.store is 's3://b', expected http(s)://host:port/bucket or http(s)://host:port/bucket/prefix, or nothing
            payloads.store                | http://h/bucket/../a | setting payloads.store is 'http://h/bucket/../a', expected http(s)://host:port/bucket or http(s)://host:port/bucket/prefix, or nothing
            payloads.store                | http://my_s3/bucket | setting payloads.store is 'http://my_s3/bucket', expected http(s)://host:port/bucket or http(s)://host:port/bucket/prefix, or nothing
            payloads.store.accessKey      | AKIA   | setting payloads.store.secretKey is '', expected one with payloads.store.accessKey
            function.memorySize           | 64     | setting function.memorySize is '64', expected 128 to 10240
            broker.amqp                   | 65536  | setting broker.amqp is '65536', expected 0 to 65535
            broker.host                   | 'a b'  | setting broker.host is 'a b', expected a host name or an IP address
            code.s3                       | code   | setting code.s3 is 'code', expected an absolute path, file: and an absolute path, http(s)://host:port, or nothing
            code.s3                       | http://host/path | setting code.s3 is 'http://host/path', expected an absolute path, file: and an absolute path, http(s)://host:port, or nothing
            code.s3.accessKey             | AKIA   | setting code.s3.secretKey is '', expected one with code.s3.accessKey
            code.s3.secretKey             | hush   | setting code.s3.accessKey is '', expected one with code.s3.secretKey
            aws.account                   | 42     | setting aws.account is '42', expected 12 digits
            aws.region                    | moon   | setting aws.region is 'moon', expected a region such as us-east-1
            url.base                      | https://f.example.org/x | setting url.base is 'https://f.example.org/x', expected http or https, a host name in lower case and perhaps a port, or nothing
            url.base                      | http://10.0.0.5:80 | setting url.base is 'http://10.0.0.5:80', expected http or https, a host name in lower case and perhaps a port, or nothing
            routes                        | /shop  | setting routes has the entry '/shop', expected [host][/path]=function[:qualifier]
            routes                        | /a=b,  | setting routes has the entry '', expected [host][/path]=function[:qualifier]
            routes                        | =orders | setting routes has the entry '=orders', expected [host][/path]=function[:qualifier]
            routes                        | /a=b:c:d | setting routes has the entry '/a=b:c:d', expected [host][/path]=function[:qualifier]
            routes                        | a.org:80=b | setting routes has the entry 'a.org:80=b', expected the name of a host, without a port, before the path
            routes                        | /a/../b=c | setting routes has the entry '/a/../b=c', expected a path of plain segments, such as /shop/v2
            routes                        | //a=c  | setting routes has the entry '//a=c', expected a path of plain segments, such as /shop/v2
            routes                        | /2015-03-31/functions=c | setting routes has the entry '/2015-03-31/functions=c', expected a path that hides none of the platform's own, which begin with a date or _
            routes                        | a.org/_millrace=c | setting routes has the entry 'a.org/_millrace=c', expected a path that hides none of the platform's own, which begin with a date or _
            routes                        | /=c    | setting routes has the entry '/=c', expected a path that hides none of the platform's own, which begin with a date or _
            routes                        | '/a=b,A.org=c,a.org/=d' | setting routes has the entry 'a.org/=d', expected only one function for the same host and path
            async.retrydelay              | PT1S   | setting 'async.retrydelay' does not exist, expected a known key; did you mean async.retryDelay?
            concurency.acount             | 5      | setting 'concurency.acount' does not exist, expected a known key; did you mean concurrency.account?
            """)
    void what_cannot_be_used_is_named_with_its_value_and_the_range(String key, String value, String message) {
        assertThatThrownBy(() -> Settings.of(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @Test
    void an_assignment_without_a_value_is_refused() {
        assertThatThrownBy(() -> Settings.load(Optional.empty(), List.of("aws.region")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("setting 'aws.region' has no value, expected key=value");
    }

    @Test
    void a_file_that_is_not_there_is_named(@TempDir Path directory) {
        Path file = directory.resolve("none.properties");

        assertThatThrownBy(() -> Settings.load(Optional.of(file), List.of()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("settings file '" + file + "' cannot be read as UTF-8 properties:");
    }

    @Test
    void a_message_stays_on_one_line_whatever_the_value_holds() {
        assertThatThrownBy(() -> Settings.of(Map.of("aws.region", "a\nb\r" + "c".repeat(1000))))
                .message()
                .hasLineCount(1)
                .hasSizeLessThan(250);
    }

    @Test
    void every_default_that_is_a_value_is_within_its_own_range() {
        assertThat(SettingTable.rows())
                .filteredOn(row -> !row.defaultText().contains(","))
                .hasSizeGreaterThan(10)
                .allSatisfy(row -> assertThat(row.read(row.defaultText())).isNotNull());
    }

    @Test
    void the_table_prints_one_row_per_setting() {
        assertThat(SettingTable.markdown().lines())
                .hasSize(SettingTable.rows().size() + 2)
                .contains("| `aws.account` | 000000000000 | account id | 12 digits | Account in the ARNs of functions"
                        + " and queues. |");
    }
}
