package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
        name = "update",
        mixinStandardHelpOptions = true,
        description = "Changes a mapping, stops it or lets it go on; batches that run end as they began.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingUpdateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private MappingOptions options;

    @Parameters(paramLabel = "UUID", description = "The mapping.")
    private String uuid;

    @Option(names = "--function", paramLabel = "NAME", description = "Feed this one instead.")
    private @Nullable String function;

    @Option(names = "--enable", description = "Let it go on.")
    private boolean enable;

    @Option(names = "--disable", description = "Leave messages where they are.")
    private boolean disable;

    @Option(names = "--no-filter", description = "Hand over all messages.")
    private boolean noFilter;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode request = Json.object();
        Json.putIfGiven(request, "FunctionName", function);
        options.put(request);
        if (request.has("FilterCriteria") && noFilter) {
            throw new ParameterException(spec.commandLine(), "expected one of --filter and --no-filter");
        }
        if (noFilter) {
            request.putObject("FilterCriteria");
        }
        if (enable && disable) {
            throw new ParameterException(spec.commandLine(), "expected one of --enable and --disable");
        }
        if (enable || disable) {
            request.put("Enabled", enable);
        }
        if (request.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "expected an option that says what to change");
        }
        String answer = LambdaClient.text(server.client().send("PUT", LambdaClient.mapping(uuid), request));
        spec.commandLine()
                .getOut()
                .println(json ? answer : "Updated mapping of " + MappingView.line(Json.lenient(answer)));
        return ExitCode.OK.code();
    }
}
