package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.lambdaapi.LambdaApiException.SerializationException;
import java.util.Base64;

/** The member ZipFile of the requests that bring an archive (lambda-semantics 5.2). */
final class UploadedCode {
    private UploadedCode() {}

    /** @throws LambdaApiException if there is none, or too much */
    static byte[] archive(Members code) {
        UnsupportedMembers.refuse(code.object());
        String base64 = code.text("ZipFile")
                .orElseThrow(() -> new InvalidParameterValueException("Please provide a source for function code."));
        byte[] archive = decoded(base64);
        if (archive.length >= RequestLimits.ZIPPED_BYTES) {
            throw new RequestEntityTooLargeException(
                    "Zipped size must be smaller than " + RequestLimits.ZIPPED_BYTES + " bytes");
        }
        return archive;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new SerializationException(
                    "STRING_VALUE can not be converted to a Blob at 'zipFile': it is not base64");
        }
    }
}
