package io.millrace.runtime.devmode;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a function is made of.
 *
 * @param path absolute, of a file or folder
 * @param deployed SHA-256 of its last archive that was deployed; empty until it was compared with the function
 */
record Source(Path path, Optional<String> deployed) {
    Source {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("source is '" + path + "', expected an absolute path");
        }
    }

    Source withDeployed(String sha256) {
        return new Source(path, Optional.of(sha256));
    }
}
