package io.millrace.runtime.devmode;

import java.io.IOException;
import java.nio.file.Path;

/** Makes an archive of a source. Blocking; called on the thread that watches. */
@FunctionalInterface
public interface Packing {
    /**
     * @param source a file or folder
     * @return as UpdateFunctionCode takes it; the same content always gives the same bytes
     * @throws IOException if it cannot be read
     */
    byte[] pack(Path source) throws IOException;
}
