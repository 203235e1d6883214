package io.millrace.cli;

import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** For the commands that ask a server. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ServerOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:4574",
            description = "The server's HTTP address. Default: ${DEFAULT-VALUE}")
    private URI url;

    LambdaClient client() {
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null) {
            throw new ParameterException(spec.commandLine(), "--server is '" + url + "', expected http://host:port");
        }
        return new LambdaClient(url);
    }
}
