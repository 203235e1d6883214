package io.millrace.cli;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "invoke",
        mixinStandardHelpOptions = true,
        description = "Runs a function and prints its answer, or hands it an event.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class InvokeCommand implements Callable<Integer> {
    private static final byte[] EMPTY_EVENT = {'{', '}'};

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(
            index = "0",
            paramLabel = "NAME[:QUALIFIER]",
            description = "The function, or one of its versions or aliases.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PAYLOAD",
            description = "JSON; - for standard input. Default: {}")
    private @Nullable String payload;

    @Option(names = "--file", paramLabel = "FILE", description = "The payload is in this file; - for standard input.")
    private @Nullable Path file;

    @Option(names = "--async", description = "Only hand over the event; prints the id of the invocation.")
    private boolean async;

    @Option(names = "--dry-run", description = "Only ask whether it could be invoked.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Input input = new Input(payload, file);
        if (input.isDouble() || (async && dryRun)) {
            throw new ParameterException(
                    spec.commandLine(), "expected one of PAYLOAD and --file, and one of --async and --dry-run");
        }
        String type = async ? "Event" : dryRun ? "DryRun" : "RequestResponse";
        HttpResponse<byte[]> answer =
                server.client().invoke(name, type, input.isAbsent() ? EMPTY_EVENT : input.bytes());
        if (answer.headers().firstValue("X-Amz-Function-Error").isPresent()) {
            throw new CommandFailedException("the function failed: " + LambdaClient.text(answer));
        }
        String line = async
                ? answer.headers().firstValue("x-amzn-RequestId").orElse("accepted")
                : dryRun ? name + " can be invoked" : LambdaClient.text(answer);
        spec.commandLine().getOut().println(line);
        return ExitCode.OK.code();
    }
}
