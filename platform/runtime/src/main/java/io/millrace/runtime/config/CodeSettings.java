package io.millrace.runtime.config;

import java.util.Optional;

/**
 * Where code is that comes as bucket and key.
 *
 * @param s3 a folder, the address of an S3-compatible server, or empty where such code is refused
 * @param credentials to sign requests with; empty leaves them unsigned
 * @param s3Region in signatures
 */
public record CodeSettings(String s3, Optional<Credentials> credentials, String s3Region) {

    /** @param secretKey never shown */
    public record Credentials(String accessKey, String secretKey) {
        @Override
        public String toString() {
            return "Credentials[accessKey=" + accessKey + "]";
        }
    }
}
