package io.millrace.runtime.devmode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Remembers sources beyond the life of a server, as JSON. Blocking; for one thread at a time. */
final class SourcesFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SOURCE = "source";
    private static final String DEPLOYED = "deployedSha256";

    private final Path file;

    SourcesFile(Path file) {
        this.file = file;
    }

    /** @throws DevModeRefusedException if there is a file that was not written by {@link #write} */
    Map<FunctionName, Source> read() {
        Map<FunctionName, Source> sources = new TreeMap<>(Comparator.comparing(FunctionName::value));
        try {
            for (Map.Entry<String, JsonNode> entry :
                    MAPPER.readTree(Files.readAllBytes(file)).properties()) {
                JsonNode source = entry.getValue();
                sources.put(
                        new FunctionName(entry.getKey()),
                        new Source(
                                Path.of(source.path(SOURCE).asText()),
                                Optional.ofNullable(source.get(DEPLOYED)).map(JsonNode::asText)));
            }
        } catch (NoSuchFileException first) {
            return sources;
        } catch (IOException | IllegalArgumentException broken) {
            throw new DevModeRefusedException(
                    "file " + file + " cannot be read: "
                            + String.valueOf(broken.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                            + "; without it, nothing is watched until functions are created or updated",
                    broken);
        }
        return sources;
    }

    /** Replaces the file as a whole: whoever reads it finds all of the old or all of the new. */
    void write(Map<FunctionName, Source> sources) {
        ObjectNode all = MAPPER.createObjectNode();
        sources.forEach((function, source) -> {
            ObjectNode object =
                    all.putObject(function.value()).put(SOURCE, source.path().toString());
            source.deployed().ifPresent(sha256 -> object.put(DEPLOYED, sha256));
        });
        Path written = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.write(written, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException("file " + file + " cannot be written", failed);
        }
    }
}
