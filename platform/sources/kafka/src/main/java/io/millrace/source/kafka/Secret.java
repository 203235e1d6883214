package io.millrace.source.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What the URI of an access configuration names: {@code env:NAME}, a variable of the server's environment, or
 * {@code file:/path}, a file that the server can read. The text is that of AWS's secrets. Read each time a source is
 * opened; never part of a message.
 */
final class Secret {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENVIRONMENT = "env:";
    private static final String FILE = "file:";

    private Secret() {}

    private static String text(AccessConfiguration configuration) {
        String uri = configuration.uri();
        if (uri.startsWith(ENVIRONMENT)) {
            String value = System.getenv(uri.substring(ENVIRONMENT.length()));
            if (value == null) {
                throw refused(configuration, "the server's environment has no such variable");
            }
            return value;
        }
        if (uri.startsWith(FILE)) {
            try {
                return Files.readString(Path.of(uri.substring(FILE.length())));
            } catch (IOException | InvalidPathException unreadable) {
                throw refused(configuration, "the server cannot read that file");
            }
        }
        throw refused(configuration, "expected env:NAME or file:/path");
    }

    /** @throws SourceRefusedException if it is no JSON object */
    static JsonNode json(AccessConfiguration configuration) {
        try {
            JsonNode secret = JSON.readTree(text(configuration));
            if (secret.isObject()) {
                return secret;
            }
        } catch (JsonProcessingException noJson) {
            throw refused(configuration, "expected a JSON object there");
        }
        throw refused(configuration, "expected a JSON object there");
    }

    static String member(AccessConfiguration configuration, JsonNode secret, String name) {
        if (!secret.path(name).isTextual()) {
            throw refused(configuration, "expected a member \"" + name + "\" there");
        }
        return secret.path(name).textValue();
    }

    /** PEM, by itself or as the member {@code certificate} of a JSON object. */
    static String certificate(AccessConfiguration configuration) {
        String text = text(configuration);
        return text.stripLeading().startsWith("{") ? member(configuration, json(configuration), "certificate") : text;
    }

    private static SourceRefusedException refused(AccessConfiguration configuration, String why) {
        return new SourceRefusedException("SourceAccessConfigurations of type " + configuration.type() + ", URI "
                + configuration.uri() + ": " + why + ".");
    }
}
