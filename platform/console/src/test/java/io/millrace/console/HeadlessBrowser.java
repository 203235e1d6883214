package io.millrace.console;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Chromium and what drives it, from the registry of Node.js packages, kept in the user's cache for the next run. Where
 * there is no Node.js, or the registry is out of reach, the test is skipped and says so.
 */
final class HeadlessBrowser {
    /** The last that run with Node.js 20; a change of them is a change of the folder. */
    private static final List<String> PACKAGES = List.of("puppeteer-core@24.15.0", "@sparticuz/chromium@138.0.2");

    private static final String UNPACK = "process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs20.x';"
            + " import('@sparticuz/chromium').then(found => found.default.executablePath())";

    private static final String FONTS = "fonts.conf";

    /** The package's own looks for them where it was not unpacked; without any font no text is drawn. */
    private static final String FONTS_OF_THE_PACKAGE =
            """
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
            <fontconfig>
              <dir>%s/tmp/fonts</dir>
              <cachedir>%s/tmp/fonts-cache</cachedir>
            </fontconfig>
            """;

    /** What all drivers import. */
    private static final String SHARED = "/browser/browser.mjs";

    /** What the driver ends with when the browser does not start. */
    private static final int NO_BROWSER = 3;

    private static final int INSTALL_MINUTES = 5;
    private static final int RUN_MINUTES = 5;

    private final Path folder;

    private HeadlessBrowser(Path folder) {
        this.folder = folder;
    }

    static HeadlessBrowser installed() throws IOException, InterruptedException {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!machine.equals("Linux amd64")) {
            abort("skipped, no browser: the package has one for Linux amd64, this is " + machine);
        }
        Path folder = Path.of(System.getProperty("user.home"), ".cache", "millrace-test", "chromium-138.0.2");
        Files.createDirectories(folder.resolve("tmp"));
        Files.writeString(folder.resolve(FONTS), FONTS_OF_THE_PACKAGE.formatted(folder, folder));
        Path complete = folder.resolve("complete");
        // Two builds at once must not install into one folder.
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock alone = channel.lock()) {
            if (alone.isValid() && !Files.exists(complete)) {
                List<String> command = new ArrayList<>(List.of(
                        "npm",
                        "install",
                        "--no-audit",
                        "--no-fund",
                        "--ignore-scripts",
                        "--fetch-retries=0",
                        "--prefix",
                        "."));
                command.addAll(PACKAGES);
                Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
                run(folder, folder.resolve("install.log"), INSTALL_MINUTES, command)
                        .ifFailed((status, said) ->
                                abort("skipped, no browser: " + String.join(" ", command) + ": " + said));
                // Here too, as two tests that unpack it at once would start half of it.
                run(folder, folder.resolve("unpack.log"), INSTALL_MINUTES, List.of("node", "-e", UNPACK))
                        .ifFailed((status, said) -> abort("skipped, no browser: " + said));
                Files.writeString(complete, String.join("\n", PACKAGES));
            }
        }
        return new HeadlessBrowser(folder);
    }

    /** Runs a script of the test's resources with the folder of the packages as its first argument. */
    void drive(String script, Path workspace, String... arguments) throws IOException, InterruptedException {
        Path copy = workspace.resolve("drive.mjs");
        copy(script, copy);
        copy(SHARED, workspace.resolve("browser.mjs"));
        List<String> command =
                new ArrayList<>(List.of("node", copy.toAbsolutePath().toString(), folder.toString()));
        command.addAll(List.of(arguments));
        run(folder, workspace.resolve("browser.log"), RUN_MINUTES, command).ifFailed((status, said) -> {
            if (status == NO_BROWSER) {
                abort("skipped, the browser does not start here: " + said);
            }
            throw new AssertionError("the browser's driver ended early: " + said);
        });
    }

    private static void copy(String resource, Path to) throws IOException {
        try (InputStream source = HeadlessBrowser.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(source, resource), to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** @param status of the process, 0 if it went well */
    private record Ended(int status, String said) {
        void ifFailed(Failure action) {
            if (status != 0) {
                action.accept(status, said);
            }
        }
    }

    private interface Failure {
        void accept(int status, String said);
    }

    private static Ended run(Path folder, Path log, int minutes, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // The package unpacks its browser there, once.
        builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
        builder.environment().put("FONTCONFIG_FILE", folder.resolve(FONTS).toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException noSuchTool) {
            return abort("skipped, no browser: " + noSuchTool.getMessage());
        }
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        List<String> said = Files.readAllLines(log);
        return new Ended(
                ended ? process.exitValue() : -1,
                ended
                        ? String.join(" | ", said.subList(Math.max(0, said.size() - 8), said.size()))
                        : "not done within " + minutes + " min");
    }
}
