package io.millrace.source.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceRefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;

/**
 * What {@code SourceAccessConfigurations} mean for Kafka's clients. As at AWS, a user and password go through TLS only,
 * unless their secret says {@code "tls": false}, and a mapping without any reads in plain text. Where a mapping is in a
 * virtual network means nothing here: there are none, and servers are reached from where this process is.
 */
final class Access {
    private static final String PLAIN = "PLAIN";

    private Access() {}

    static Map<String, Object> settings(List<AccessConfiguration> configurations) {
        Map<String, Object> settings = new HashMap<>();
        List<String> users = new ArrayList<>();
        boolean tls = false;
        for (AccessConfiguration configuration : configurations) {
            switch (configuration.type()) {
                case "BASIC_AUTH" -> tls |= user(configuration, PLAIN, PlainLoginModule.class, settings, users);
                case "SASL_SCRAM_256_AUTH" ->
                    tls |= user(configuration, "SCRAM-SHA-256", ScramLoginModule.class, settings, users);
                case "SASL_SCRAM_512_AUTH" ->
                    tls |= user(configuration, "SCRAM-SHA-512", ScramLoginModule.class, settings, users);
                case "SERVER_ROOT_CA_CERTIFICATE" -> {
                    tls = true;
                    settings.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
                    settings.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, Secret.certificate(configuration));
                }
                case "VPC_SUBNET", "VPC_SECURITY_GROUP" -> {}
                default ->
                    throw new SourceRefusedException("SourceAccessConfigurations of type " + configuration.type()
                            + " are not supported for Kafka; expected BASIC_AUTH, SASL_SCRAM_256_AUTH, SASL_SCRAM_512_AUTH,"
                            + " SERVER_ROOT_CA_CERTIFICATE, or VPC_SUBNET for servers that ask for nothing.");
            }
        }
        if (users.size() > 1) {
            throw new SourceRefusedException("SourceAccessConfigurations " + users + ": expected at most one of them.");
        }
        settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol(!users.isEmpty(), tls));
        return settings;
    }

    private static String protocol(boolean hasUser, boolean tls) {
        return (hasUser ? "SASL_" : "") + (tls ? "SSL" : "PLAINTEXT");
    }

    /** @return whether through TLS */
    private static boolean user(
            AccessConfiguration configuration,
            String mechanism,
            Class<?> login,
            Map<String, Object> settings,
            List<String> users) {
        users.add(configuration.type());
        JsonNode secret = Secret.json(configuration);
        settings.put(SaslConfigs.SASL_MECHANISM, mechanism);
        settings.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                login.getName() + " required username=" + quoted(Secret.member(configuration, secret, "username"))
                        + " password=" + quoted(Secret.member(configuration, secret, "password")) + ";");
        return secret.path("tls").asBoolean(true);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
