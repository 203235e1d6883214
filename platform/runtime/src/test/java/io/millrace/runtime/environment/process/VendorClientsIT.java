package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.ID;
import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.payload;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vendor's own runtime interface clients, unchanged, as their registries hand them out; Java's is in JavaFunctionTest.
 * What cannot be fetched or built here is skipped, and kept in target/ once it was.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class VendorClientsIT {
    private static final Path SCRATCH = Path.of("target", "vendor-clients").toAbsolutePath();

    @TempDir
    Path directory;

    /** Skips the test with the tool's last words if it fails. */
    private static void fetch(Path folder, Path product, Map<String, String> variables, String... command)
            throws IOException, InterruptedException {
        if (Files.exists(product)) {
            return;
        }
        Files.createDirectories(folder);
        Path output = folder.resolve("fetch.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(variables);
        Process process;
        try {
            process = builder.start();
        } catch (IOException noSuchTool) {
            assumeTrue(false, "skipped: " + noSuchTool.getMessage());
            return;
        }
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.destroyForcibly();
        List<String> said = Files.readAllLines(output);
        assumeTrue(
                ended && process.exitValue() == 0 && Files.exists(product),
                () -> "skipped: " + String.join(" ", command) + " failed: "
                        + said.subList(Math.max(0, said.size() - 3), said.size()));
    }

    private static String resource(String name) throws IOException {
        try (InputStream content = VendorClientsIT.class.getResourceAsStream(name)) {
            if (content == null) {
                throw new AssertionError("no test resource " + name);
            }
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void awslambdaric_runs_Python_functions() throws IOException, InterruptedException {
        // Given
        Path client = SCRATCH.resolve("python");
        fetch(
                client,
                client.resolve("awslambdaric"),
                Map.of(),
                "python3",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--target",
                ".",
                "awslambdaric");
        ProcessOptions options = Workshop.options(directory).withPythonClient(client);
        try (Workshop workshop = new Workshop(directory, options)) {
            ExecutionEnvironment environment = workshop.python(
                    """
                    import sys, time
                    def handler(event, context):
                        if event == "fail": raise ValueError("no such order")
                        if event == "hang": time.sleep(30)
                        return [event, context.aws_request_id, "awslambdaric" in sys.modules]
                    """);
            // When
            String answer = text(run(environment, "{\"a\":\"ü\"}"));
            Outcome failure = run(environment, "\"fail\"");
            // Then
            assertThat(answer).isEqualTo("[{\"a\": \"\\u00fc\"}, \"" + ID + "\", true]");
            assertThat(payload(failure))
                    .startsWith("{\"errorMessage\": \"no such order\", \"errorType\": \"ValueError\", \"requestId\": \""
                            + ID)
                    .contains("in handler\\n    if event == ");
            assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
        }
    }

    @Test
    void awslambdaric_reports_a_module_that_is_missing_as_ours_does() throws IOException, InterruptedException {
        // Given
        Path client = SCRATCH.resolve("python");
        fetch(
                client,
                client.resolve("awslambdaric"),
                Map.of(),
                "python3",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--target",
                ".",
                "awslambdaric");
        try (Workshop vendors = new Workshop(
                        directory.resolve("a"),
                        Workshop.options(directory.resolve("a")).withPythonClient(client));
                Workshop ours = new Workshop(directory.resolve("b"))) {
            String code = "import nothing_of_that_name\n";
            // When
            String theirs = payload(run(vendors.python(code), "1"));
            String own = payload(run(ours.python(code), "1"));
            // Then
            assertThat(own).isEqualTo(theirs);
        }
    }

    @Test
    void aws_lambda_ric_runs_Nodejs_functions() throws IOException, InterruptedException {
        // Given
        Path client = SCRATCH.resolve("node");
        fetch(
                client,
                client.resolve("node_modules/aws-lambda-ric/package.json"),
                Map.of(),
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "aws-lambda-ric");
        ProcessOptions options = Workshop.options(directory).withNodeClient(client);
        try (Workshop workshop = new Workshop(directory, options)) {
            ExecutionEnvironment environment = workshop.environment(
                    definition("nodejs20.x", "app.handler"),
                    new Zip()
                            .file(
                                    "app.js",
                                    """
                            exports.handler = async (event, context) => {
                              if (event.fail) throw new TypeError('no such order');
                              return [event, context.awsRequestId];
                            };
                            """));
            // When
            String answer = text(run(environment, "{\"a\":1}"));
            Outcome failure = run(environment, "{\"fail\":true}");
            // Then
            assertThat(answer).isEqualTo("[{\"a\":1},\"" + ID + "\"]");
            assertThat(payload(failure))
                    .startsWith("{\"errorType\":\"TypeError\",\"errorMessage\":\"no such order\",\"trace\":[");
        }
    }

    @Test
    void aws_lambda_go_runs_as_a_bootstrap() throws IOException, InterruptedException {
        // Given
        Path program = SCRATCH.resolve("go");
        Files.createDirectories(program);
        for (String file : List.of("main.go", "go.mod", "go.sum")) {
            Files.writeString(program.resolve(file), resource("go/" + file + ".txt"));
        }
        fetch(
                program,
                program.resolve("bootstrap"),
                Map.of("CGO_ENABLED", "0"),
                "go",
                "build",
                "-tags",
                "lambda.norpc",
                "-o",
                "bootstrap",
                ".");
        try (Workshop workshop = new Workshop(directory)) {
            ExecutionEnvironment environment = workshop.environment(
                    definition("provided.al2023", "unused").withTimeout(Duration.ofSeconds(60)),
                    new Zip().executable("bootstrap", Files.readAllBytes(program.resolve("bootstrap"))));
            // When
            String answer = text(run(environment, "{\"name\":\"lamp\"}"));
            Outcome failure = run(environment, "{\"name\":\"fail\"}");
            Outcome panic = run(environment, "{\"name\":\"panic\"}");
            String next = text(run(environment, "{\"name\":\"lamp\"}"));
            // Then
            assertThat(answer).isEqualTo("\"lamp " + ID + "\"");
            assertThat(payload(failure))
                    .isEqualTo("{\"errorMessage\":\"no such order\",\"errorType\":\"errorString\"}");
            assertThat(payload(panic))
                    .startsWith("{\"errorMessage\":\"out of orders\",\"errorType\":\"string\",\"stackTrace\":[");
            assertThat(next).isEqualTo(answer);
        }
    }

    @Test
    void lambda_runtime_of_Rust_runs_as_a_bootstrap() throws IOException, InterruptedException {
        // Given
        assumeTrue(Boolean.getBoolean("millrace.soak"), "skipped without -Psoak: its build takes minutes");
        Path program = SCRATCH.resolve("rust");
        Files.createDirectories(program.resolve("src"));
        Files.writeString(program.resolve("Cargo.toml"), resource("rust/Cargo.toml.txt"));
        Files.writeString(program.resolve("Cargo.lock"), resource("rust/Cargo.lock.txt"));
        Files.writeString(program.resolve("src/main.rs"), resource("rust/main.rs.txt"));
        Path built = program.resolve("target/debug/bootstrap");
        fetch(program, built, Map.of(), "cargo", "build", "--quiet", "--locked");
        try (Workshop workshop = new Workshop(directory)) {
            ExecutionEnvironment environment = workshop.environment(
                    definition("provided.al2023", "unused").withTimeout(Duration.ofSeconds(60)),
                    new Zip().executable("bootstrap", Files.readAllBytes(built)));
            // When
            String answer = text(run(environment, "{\"name\":\"lamp\"}"));
            Outcome failure = run(environment, "{\"name\":\"fail\"}");
            Outcome panic = run(environment, "{\"name\":\"panic\"}");
            String next = text(run(environment, "{\"name\":\"lamp\"}"));
            // Then
            assertThat(answer).isEqualTo("\"lamp " + ID + "\"");
            assertThat(payload(failure)).contains("\"errorMessage\":\"no such order\"");
            assertThat(payload(panic)).contains("out of orders");
            assertThat(next).isEqualTo(answer);
        }
    }
}
