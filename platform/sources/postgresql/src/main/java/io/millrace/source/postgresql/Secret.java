package io.millrace.source.postgresql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the URI of an access configuration names: {@code env:NAME}, a variable of the server's environment, or
 * {@code file:/path}, a file that the server can read. Read each time a source is opened; never part of a message.
 */
final class Secret {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENVIRONMENT = "env:";
    private static final String FILE = "file:";

    private final AccessConfiguration configuration;
    private final JsonNode members;

    private Secret(AccessConfiguration configuration, JsonNode members) {
        this.configuration = configuration;
        this.members = members;
    }

    /** @throws SourceRefusedException if there is no JSON object */
    static Secret read(AccessConfiguration configuration) {
        try {
            JsonNode members = JSON.readTree(text(configuration));
            if (members.isObject()) {
                return new Secret(configuration, members);
            }
        } catch (JsonProcessingException noJson) {
            throw refused(configuration, "expected a JSON object there");
        }
        throw refused(configuration, "expected a JSON object there");
    }

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

    /** @throws SourceRefusedException if it is there and no text */
    Optional<String> find(String name) {
        JsonNode member = members.path(name);
        if (!member.isMissingNode() && !member.isTextual()) {
            throw refused("expected text as its member \"" + name + "\"");
        }
        return Optional.ofNullable(member.textValue());
    }

    SourceRefusedException refused(String why) {
        return refused(configuration, why);
    }

    private static SourceRefusedException refused(AccessConfiguration configuration, String why) {
        return new SourceRefusedException("SourceAccessConfigurations of type " + configuration.type() + ", URI "
                + configuration.uri() + ": " + why + ".");
    }
}
