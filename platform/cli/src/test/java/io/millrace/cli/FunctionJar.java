package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Makes a jar of source text, as a user's build would. */
final class FunctionJar {
    private FunctionJar() {}

    /** @param className of the default package */
    static Path of(Path directory, String className, String source) {
        try {
            Path java = Files.writeString(directory.resolve(className + ".java"), source);
            int failures = ToolProvider.getSystemJavaCompiler()
                    .run(
                            null,
                            null,
                            null,
                            "--release",
                            "17",
                            "-cp",
                            lambdaCore().toString(),
                            java.toString());
            assertThat(failures).as("compiles").isZero();
            Path jar = directory.resolve(className + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
                out.putNextEntry(new JarEntry(className + ".class"));
                Files.copy(directory.resolve(className + ".class"), out);
            }
            return jar;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path lambdaCore() throws IOException {
        try (Stream<Path> lib = Files.list(Path.of("target", "lib"))) {
            return lib.filter(jar -> jar.getFileName().toString().startsWith("aws-lambda-java-core"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
