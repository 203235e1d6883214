package io.millrace.source.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.KeptCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TopicDescriptionTest {
    @TempDir
    private Path directory;

    @Test
    void servers_of_a_mapping_in_a_virtual_network_are_read_in_plain_text() {
        assertThat(settings(new AccessConfiguration("VPC_SUBNET", "subnet:subnet-1")))
                .isEqualTo(Map.of("security.protocol", "PLAINTEXT"));
    }

    @ParameterizedTest
    @CsvSource({
        "BASIC_AUTH, PLAIN, org.apache.kafka.common.security.plain.PlainLoginModule",
        "SASL_SCRAM_256_AUTH, SCRAM-SHA-256, org.apache.kafka.common.security.scram.ScramLoginModule",
        "SASL_SCRAM_512_AUTH, SCRAM-SHA-512, org.apache.kafka.common.security.scram.ScramLoginModule"
    })
    void a_user_and_password_go_through_tls(String type, String mechanism, String login) throws IOException {
        assertThat(settings(access(type, "{\"username\":\"u\",\"password\":\"a\\\"b\\\\c\"}")))
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", mechanism)
                .containsEntry("sasl.jaas.config", login + " required username=\"u\" password=\"a\\\"b\\\\c\";");
    }

    @Test
    void a_secret_may_say_that_there_is_no_tls() throws IOException {
        assertThat(settings(access("BASIC_AUTH", "{\"username\":\"u\",\"password\":\"p\",\"tls\":false}")))
                .containsEntry("security.protocol", "SASL_PLAINTEXT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-----BEGIN CERTIFICATE-----x", "{\"certificate\":\"-----BEGIN CERTIFICATE-----x\"}"})
    void a_certificate_of_the_servers_is_pem(String secret) throws IOException {
        assertThat(settings(access("SERVER_ROOT_CA_CERTIFICATE", secret)))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("ssl.truststore.type", "PEM")
                .containsEntry("ssl.truststore.certificates", "-----BEGIN CERTIFICATE-----x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BASIC_AUTH | arn:aws:secretsmanager:us-east-1:000000000000:secret:s | expected env:NAME or file:/path",
                "BASIC_AUTH | env:NOBODY_SET_THIS | the server's environment has no such variable",
                "BASIC_AUTH | file:/nowhere/secret.json | the server cannot read that file",
                "VIRTUAL_HOST | / | VIRTUAL_HOST are not supported for Kafka",
                "CLIENT_CERTIFICATE_TLS_AUTH | file:/x | CLIENT_CERTIFICATE_TLS_AUTH are not supported for Kafka"
            })
    void access_that_cannot_be_had_is_refused_by_name(String type, String uri, String why) {
        assertThatThrownBy(() -> settings(new AccessConfiguration(type, uri)))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(type)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secr3t", "[]", "{\"username\":\"secr3t\"}", "{\"username\":1,\"password\":\"secr3t\"}"})
    void a_secret_that_is_none_is_refused_and_not_told(String secret) {
        assertThatThrownBy(() -> settings(access("BASIC_AUTH", secret)))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining("BASIC_AUTH")
                .hasMessageContaining("secret.json")
                .hasMessageNotContaining("secr3t");
    }

    @Test
    void two_users_are_refused() throws IOException {
        AccessConfiguration one = access("BASIC_AUTH", "{\"username\":\"u\",\"password\":\"p\"}");
        AccessConfiguration other = new AccessConfiguration("SASL_SCRAM_512_AUTH", one.uri());
        assertThatThrownBy(() -> settings(one, other))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining("[BASIC_AUTH, SASL_SCRAM_512_AUTH]: expected at most one");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, orders, Bootstrap server localhost",
        "http://localhost:9092, orders, Bootstrap server http://localhost:9092",
        "localhost:9092, or ders, 'Topics [or ders]'"
    })
    void servers_and_topics_that_cannot_be_are_refused_by_name(String server, String topic, String named) {
        assertThatThrownBy(() -> TopicDescription.of(described(server, topic, List.of())))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(named);
    }

    @Test
    void clusters_that_aws_manages_are_of_this_kind_and_refused_by_name() {
        // Given
        String arn = "arn:aws:kafka:us-east-1:000000000000:cluster/orders/1";
        KafkaSourceKind kind = new KafkaSourceKind();

        // When, Then
        assertThat(kind.isOf(SourceDescription.ofArn(arn))).isTrue();
        assertThat(kind.isOf(SourceDescription.ofArn("arn:aws:sqs:us-east-1:000000000000:orders")))
                .isFalse();
        assertThatThrownBy(() -> kind.open(SourceDescription.ofArn(arn), new KeptCheckpoints()))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(arn)
                .hasMessageContaining("SelfManagedEventSource");
    }

    private AccessConfiguration access(String type, String secret) throws IOException {
        return new AccessConfiguration(type, "file:" + Files.writeString(directory.resolve("secret.json"), secret));
    }

    private static Map<String, Object> settings(AccessConfiguration... access) {
        return TopicDescription.of(described("localhost:9092", "orders", List.of(access)))
                .security();
    }

    private static SourceDescription described(String server, String topic, List<AccessConfiguration> access) {
        return KafkaBroker.described(server, topic, "g", StartingPosition.LATEST, Optional.empty(), access);
    }
}
