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

    static final Pattern PATTERN = Pattern.compile("|https?://[A-Za-z0-9._-]+(:[0-9]{1,5})?"
            + "/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    /** @param address as {@link #PATTERN} has it, and not empty */
    static PayloadStoreSettings of(String address, Optional<Credentials> credentials, String region) {
        URI all = URI.create(address);
        String[] path = all.getRawPath().substring(1).split("/", 2);
        return new PayloadStoreSettings(
                all.resolve("/"), path[0], path.length == 1 ? "" : path[1] + "/", credentials, region);
    }

    /** For people. */
    public String place() {
        return server + bucket + "/" + prefix;
    }
}
