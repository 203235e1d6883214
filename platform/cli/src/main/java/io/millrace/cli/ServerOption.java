package io.millrace.cli;

import io.millrace.runtime.access.RequestSigner;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** For the commands that ask a server. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ServerOption {
    /** The server's, unless its setting aws.region says another. */
    private static final String USUAL_REGION = "us-east-1";

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
        return new LambdaClient(url, signer(System.getenv()));
    }

    /** As AWS's own tools take it from the environment. */
    private Optional<RequestSigner> signer(Map<String, String> environment) {
        String id = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        if (id.isEmpty() != secret.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set, expected both or none");
        }
        String region =
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", USUAL_REGION));
        return id.isEmpty()
                ? Optional.empty()
                : Optional.of(new RequestSigner(id, secret, region, InstantSource.system()));
    }
}
