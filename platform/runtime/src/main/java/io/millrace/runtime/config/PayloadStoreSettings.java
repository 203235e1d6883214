package io.millrace.runtime.config;

import io.millrace.runtime.config.CodeSettings.Credentials;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The bucket for large payloads.
 *
 * @param server of an S3-compatible store, without a path
 * @param prefix of the names of objects there, empty or with a slash at its end
 * @param credentials to sign requests with; empty leaves them unsigned
 * @param region in signatures
 */
public record PayloadStoreSettings(
        URI server, String bucket, String prefix, Optional<Credentials> credentials, String region) {
    /** The most that S3 takes in one request. */
    public static final long LARGEST = 5L << 30;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    static final Pattern PATTERN = Pattern.compile("|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?"
            + "/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    /** @param address as {@link #PATTERN} has it, and not empty */
    static PayloadStoreSettings of(String address, Optional<Credentials> credentials, String region) {
        URI all = URI.create(address);
        String[] path = all.getRawPath().substring(1).split("/", 2);
        return new PayloadStoreSettings(
                withoutUsualPort(all.resolve("/")),
                path[0],
                path.length == 1 ? "" : path[1] + "/",
                credentials,
                region);
    }

    /** Who reads by a signed address leaves it out of what is signed. */
    private static URI withoutUsualPort(URI server) {
        boolean isUsual = server.getPort() == ("https".equals(server.getScheme()) ? HTTPS_PORT : HTTP_PORT);
        return isUsual ? URI.create(server.getScheme() + "://" + server.getHost() + "/") : server;
    }

    /** For people. */
    public String place() {
        return server + bucket + "/" + prefix;
    }
}
