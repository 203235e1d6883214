package io.millrace.runtime.registry;

import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Whether an uploaded archive can be used at all (lambda-semantics 5.2). Reads its directory, unpacks nothing. */
final class ArchiveCheck {
    private static final long LARGEST_UNZIPPED = 262_144_000;
    private static final String NOT_A_ZIP =
            "Could not unzip uploaded file. Please check your file, then try to upload again.";

    private ArchiveCheck() {}

    /** @throws InvalidCode with Lambda's text */
    static void check(Path file) throws IOException {
        long unzipped = 0;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                requireInside(entry.getName());
                unzipped += Math.max(0, entry.getSize());
            }
            if (zip.size() == 0) {
                throw new InvalidCode(NOT_A_ZIP);
            }
        } catch (ZipException | IllegalArgumentException notAZip) {
            throw new InvalidCode(NOT_A_ZIP, notAZip);
        }
        if (unzipped >= LARGEST_UNZIPPED) {
            throw new InvalidCode("Unzipped size must be smaller than " + LARGEST_UNZIPPED + " bytes");
        }
    }

    /** Whoever unpacks the archive must not be led out of its folder. */
    private static void requireInside(String name) {
        boolean absolute = name.startsWith("/") || name.indexOf('\\') >= 0;
        if (absolute || ("/" + name + "/").contains("/../")) {
            throw new InvalidCode(NOT_A_ZIP);
        }
    }
}
