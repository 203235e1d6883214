package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The files that runtimes need from us, in one folder: our clients for Python and Node.js, and the vendor's for Java,
 * taken from the server's own class path. Made at start, read-only afterwards.
 */
final class RuntimeFiles {
    static final String JAVA_CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

    /** One class of each jar; their order is that of the class path, the client first. */
    private static final List<String> CLIENT_CLASSES = List.of(
            JAVA_CLIENT,
            "com.amazonaws.services.lambda.runtime.Context",
            "com.amazonaws.services.lambda.runtime.serialization.PojoSerializer",
            "software.amazon.awssdk.utilslite.SdkInternalThreadLocal");

    private static final String NATIVE_PROPERTY =
            "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";
    private static final String NATIVE_FILE = "aws-lambda-jni.so";

    private final Path directory;
    private final List<String> jars = new ArrayList<>();

    private RuntimeFiles(Path directory) {
        this.directory = directory;
    }

    static RuntimeFiles create(Path directory) {
        RuntimeFiles files = new RuntimeFiles(directory);
        try {
            files.copyResource("bootstrap.py");
            files.copyResource("bootstrap.mjs");
            files.copyJavaClient();
        } catch (IOException e) {
            throw new UncheckedIOException("the files of the runtimes cannot be written to " + directory, e);
        }
        return files;
    }

    Path directory() {
        return directory;
    }

    /** @param seen where the directory is for the function */
    List<String> javaClassPath(Path seen) {
        if (jars.isEmpty()) {
            throw new InvalidHandlerException(
                    "no class " + JAVA_CLIENT
                            + " on the server's class path: aws-lambda-java-runtime-interface-client is needed to run Java functions");
        }
        return jars.stream().map(jar -> seen.resolve(jar).toString()).toList();
    }

    /** For a quick start of a small program, as Lambda does it. */
    List<String> javaFlags(Interpreter java, Path seen) {
        List<String> flags = new ArrayList<>(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:-UsePerfData")); // Its file is named by the process id, the same in every process namespace.
        if (Files.exists(directory.resolve(NATIVE_FILE))) {
            flags.add("-D" + NATIVE_PROPERTY + "=" + seen.resolve(NATIVE_FILE));
        }
        if (JavaVersion.of(java) >= 24) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }

    private void copyResource(String name) throws IOException {
        try (InputStream resource = RuntimeFiles.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("resource " + name + " is missing from the server's jar");
            }
            Files.copy(resource, directory.resolve(name));
        }
    }

    /** Without the client on the class path the server runs, but no Java function does. */
    private void copyJavaClient() throws IOException {
        for (String name : CLIENT_CLASSES) {
            Path jar = jarOf(name);
            if (jar == null) {
                jars.clear();
                return;
            }
            String file = jar.getFileName().toString();
            Files.copy(jar, directory.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
            jars.add(file);
        }
        copyNativeClient();
    }

    private static @Nullable Path jarOf(String className) throws IOException {
        try {
            // Not initialised: the class changes security properties of the whole JVM when it is.
            Class<?> type = Class.forName(className, false, RuntimeFiles.class.getClassLoader());
            CodeSource source = type.getProtectionDomain().getCodeSource();
            return source == null ? null : Path.of(source.getLocation().toURI());
        } catch (ClassNotFoundException absent) {
            return null;
        } catch (URISyntaxException e) {
            throw new IOException("the place of " + className + " is no file", e);
        }
    }

    /** Unpacked here once, or each process would do it, all at the same place. */
    private void copyNativeClient() throws IOException {
        String architecture =
                switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64" -> "aarch_64";
                    default -> "unknown";
                };
        URL library = RuntimeFiles.class.getResource(
                "/jni/libaws-lambda-jni." + (isMusl() ? "linux_musl" : "linux") + "-" + architecture + ".so");
        if (library != null) {
            try (InputStream content = library.openStream()) {
                Files.copy(content, directory.resolve(NATIVE_FILE));
            }
        }
    }

    private static boolean isMusl() {
        return Files.exists(Path.of("/lib/ld-musl-x86_64.so.1")) || Files.exists(Path.of("/lib/ld-musl-aarch64.so.1"));
    }
}
