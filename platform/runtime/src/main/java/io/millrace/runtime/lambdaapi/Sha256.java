package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.registry.CodeReference;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** The API writes hashes in base64, the registry in hexadecimal. */
final class Sha256 {
    private static final int BYTES = 32;

    private Sha256() {}

    static String base64(CodeReference code) {
        return base64(code.sha256());
    }

    static String base64(String hexadecimal) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hexadecimal));
    }

    /** Empty for what is no hash. */
    static Optional<String> hexadecimal(String base64) {
        try {
            byte[] hash = Base64.getDecoder().decode(base64);
            return hash.length == BYTES ? Optional.of(HexFormat.of().formatHex(hash)) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
