package io.millrace.runtime.registry;

import java.nio.file.Path;
import java.util.Optional;

/** Where archives are, of functions and of layers. Looks at the disk. */
@FunctionalInterface
public interface CodeFiles {

    /** @param sha256 hexadecimal, as a caller wrote it; empty for what is none or not kept */
    Optional<Path> find(String sha256);
}
