package io.millrace.runtime.stream;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * What a producer puts.
 *
 * @param partitionKey 1 to 256 characters; those of one key stay in order
 * @param explicitHash instead of that of the key
 * @param data up to 1 MiB with the key; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record NewRecord(String partitionKey, Optional<BigInteger> explicitHash, byte[] data) {

    public NewRecord(String partitionKey, byte[] data) {
        this(partitionKey, Optional.empty(), data);
    }

    BigInteger hash() {
        return explicitHash.orElseGet(() -> md5(partitionKey));
    }

    private static BigInteger md5(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this JVM has no MD5", impossible);
        }
    }

    int size() {
        return data.length + partitionKey.length();
    }
}
