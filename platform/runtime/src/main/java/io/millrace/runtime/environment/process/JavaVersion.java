package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a JDK's version from the file {@code release} beside it, without starting it. */
final class JavaVersion {
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(?:1\\.)?(\\d+)");

    private JavaVersion() {}

    /** The feature version, 0 if it cannot be told. */
    static int of(Interpreter java) {
        Matcher version = VERSION.matcher(text(java));
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    /** All it says of itself, empty if it says nothing. */
    static String text(Interpreter java) {
        try {
            return Files.readString(java.home().resolve("release"));
        } catch (IOException noSuchFile) {
            return "";
        }
    }
}
